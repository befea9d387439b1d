"""Plots out of doors: storms, snow, water, gardens, maps, the way home."""

SOURCE = r"""
plot storm
with place: green
=
- <opening>
=
- {~Day}, {he} was playing with {friend} the {friend.kind} {place.at}, and nobody looked at the
    sky.
- {~Day}, {he} took {friend} the {friend.kind} to {place} to [fly kites|pick flowers|look for
    {bug.many}]. The air was still and heavy.
=
- Then the light turned [yellow|green|gray], and [the birds fell silent|the cows lay down|the
    leaves showed their pale sides].
- A cloud came over the hill, as black as [ink|a stove|a witch's hat], and it grew and grew.
- Far away something [grumbled|growled|rumbled]. "Was that your belly?" asked {hero}. "No," said
    {friend}.
=
- Then the wind came. It [tore off {hero}'s hat|bent the trees|slammed every door in the village],
    and the first drops fell, as big as plums.
- Flash! went the lightning. Boom! went the thunder. {friend} [screamed|jumped into {hero}'s
    arms|sat down and would not get up].
=
- "Under the tree!" cried {friend}. "No," said {hero}, "[never under a tree|my {elder} says never
    under a tree]. Come!"
- "I cannot [run|move]," said {friend}. {hero} was afraid too, but {he} [took {friend.him} by the
    {friend.hand}|held out {his} {hand}]. "We go together."
---
=
- They ran [through the rain|across the field|hand in hand], and found [an old barn|a shepherd's
    hut|a dry cave].
- They crept into [an old barn that smelled of hay|a little cave that smelled of moss|a hut that
    smelled of sheep]. It was dark, but it was dry.
=
- "How far away is it?" asked {friend}. {hero} counted between the flash and the boom.
    "[Three|Five]," {he} said. "Now [seven|nine]. It is going away!"
- To feel less afraid they sang as loud as they could. The thunder sang the low notes.
- "Thunder is [only the giants moving chairs|the clouds bumping heads]," said {hero}. {friend}
    laughed a little, and then a little more.
-3
=
-
- They shared {snack.some}, wet as {snack.they} {snack.was}.
- <memory>
---
=
- Then it was over, as fast as it had come. The sun came out, and every [leaf|blade of grass] held
    a drop.
- The rain stopped. They put out their heads and saw a rainbow, with one foot on {place} and one on
    {hero}'s {home}.
=
- {His} {elder} came running [with a blanket|with two umbrellas|down the road]. "There you are!"
    {elder.he} cried, and hugged them both, wet as they were.
- At home {hero}'s {elder} put their feet in warm water and gave them {soup}.
=
- "Were you afraid?" asked {friend}. "Yes," said {hero}. "So was I," said {friend}. And that made
    it [better|funny].
- <friends_end>
- Since then, {hero} [opens the window|sits on the step] when it thunders, and counts.

plot lost_way
=
- <opening>
=
- {~Day}, {he} followed {a} {flier}. It flew left, it flew right, and {hero} ran after it, farther
    and farther.
- {~Day}, {he} went with {his} {elder} to the [fair|market|great forest]. "[Hold my hand|Stay
    close]," said {his} {elder}. But {hero} saw a [puppet show|parrot|man on stilts], and let go.
- {~Day}, {hero} took a short cut home. A short cut is a way that is [longer|full of nettles].
=
-2
- <weather>
=
- When {he} looked up, nothing was as before. Every [path|corner] looked the same. {He} was lost.
- {He} turned around. Where was the path? {He} turned around again. Where was anything?
=
- "[Hello|Is anybody there]?" {he} called. "[There|There, there]," said the echo, and that was no
    help.
- {He} ran this way, and {he} ran that way, and came back to the same [stone|pump|stump].
- <worry> It was getting dark, and the trees [whispered|looked like giants].
---
=
- {He} sat down and cried a little. Then {he} blew {his} nose and began to think.
- Then {he} remembered what {his} {elder} had told {him}: "If you are lost, stay where you are, and
    [sing|make a noise]."
- "Crying makes my nose wet," thought {hero}, "but it does not show me the way."
=
- So {he} hugged a tree and sang every song {he} knew. There were {number}. Then {he} began again.
- {He} looked for the [stream|church tower|evening star]. "Our {home} is down the stream," {he}
    said, and walked on.
- Then {he} met {friend}, an old {friend.kind} with a lantern. "Can you tell me the way to my
    {home}?" asked {hero} [politely|and sniffed]. "[Come along|Follow the light]," said {friend}.
=
- A firefly lit the way for a bit, or so it seemed.
- Step by step, {he} became a little braver.
- An owl called, and {hero} called back. Then they were two.
---
=
- Then a lantern [swung|danced] between the trees, and a voice called, "{hero}! {hero}!" It was
    {his} {elder}.
- Then {he} smelled {soup}. {He} knew that smell! {He} followed {his} nose, around one corner, and
    there was the {home}.
- And there, on the path, stood {his} {elder} with open arms. {hero} ran into them so hard that
    both fell over.
=
- "I looked for you everywhere," said {his} {elder}. "I was looking for me too," said {hero}.
- "You were clever," said {his} {elder}, and held {him} for a long, long time.
- "I will hold your hand now," said {hero}, "so that you do not get lost again."
=
- <bedtime>
- Next time {hero} took [a piece of chalk|a whistle|a long red thread] along. It is good to have a
    plan.
- There is no place like home, and no {soup} like the {soup} after getting lost.

plot swimming
with hero.kind: walker
=
- <opening>
=
- All the others could swim. {hero} could not. {He} [sat on the shore|stood in the reeds] and said
    that the water was too [cold|wet|green].
- {hero} loved to look at the lake, but {he} would not put in more than one toe.
=
- "Come in!" called {friend} the {friend.kind}. "[Tomorrow|Later]," said {hero}. {He} had said so
    for {number} days.
- "Are you scared?" asked {friend} the {friend.kind}. "I am not," said {hero}. "I am only
    [resting|busy|watching the towels]."
=
- The truth was that {he} had once swallowed half a [pond|bathtub], and {his} nose remembered.
- In {his} head the lake was full of [crocodiles|sharks|hungry whales].
-2
---
=
- {~Day}, {his} {elder} sat down beside {him}. "I was scared of the water too," {elder.he} said.
    "[I still hold my nose|I learned it in a washtub]."
- {~Day}, {friend} sat down beside {him}. "Shall I tell you a secret?" {friend.he} said. "I was
    scared too."
- {~Day}, {hero}'s {color} ball rolled into the lake and [bobbed|floated] away. "Wait!" called
    {hero}.
=
- <worry> First {he} went in up to the knees, then up to the belly. It [tickled|was cold].
- "Just put your face in and blow bubbles," said {friend}. {hero} blew. It sounded [rude|like
    soup], and {he} laughed.
=
- "Lie on your back," said {friend}, "and look at the clouds. I will hold you." {hero} lay as stiff
    as a [board|broom].
- {friend} showed {him} how to kick like a frog. {hero} kicked so hard that [it rained|a duck
    complained].
=
- {He} went under! Water came into {his} ears, {his} nose, and {his} mouth. {He} came up and
    [coughed|spat like a fountain].
- {He} sank, and came up, and sank, and came up. "You are learning how to come up," said {friend}.
    "That is the important part."
-2
---
=
- {He} tried again the next day, and the day after, {number} times in all.
- "I will never learn it," said {hero}. But {he} came back every day.
=
- Then, all at once, nobody was holding {him}. "You let go!" cried {hero}. "Long ago," said
    {friend}. "You are swimming."
- Then one day {his} feet were off the ground, and {he} did not sink. The water carried {him} like
    a big soft {hand}.
=
- {He} swam [{number} strokes|all the way to the reeds|around a duck], and everybody on the shore
    [cheered|clapped].
- "I can swim!" {he} shouted, and swallowed some water, and did not care.
=
- Now nobody can get {him} out of the lake, [not even for {cake}|not even for supper].
- <friends_end>
- The lake has not changed. But {hero} has.

plot snow
with thing: warmer
=
- <opening>
=
- One winter morning the world was white. {hero} ran out in one boot.
- In the night it had snowed, and everything wore a white hat, the [pump|fence|doghouse] too.
- "It snowed!" cried {hero}, and woke up the whole {home}.
=
- With {friend} the {friend.kind}, {he} rolled a big ball, and a middle one, and a small one for
    the head.
- {He} called {friend}, {a} {~trait} {friend.kind}, and together they made a [snowman|snow
    bear|snow queen].
=
- It got [a carrot|a pine cone] for a nose, [two buttons|two nuts] for eyes, and {hero}'s own
    {color} {thing}.
- "It is cold, poor thing," said {friend}. So {hero} gave it {his} {color} {thing}.
=
- "Good morning, sir," said {hero}, and {he} almost thought that it [nodded|winked].
- They called it [Mister Frost|Old Cold|Captain Snow] and told it all their secrets. It was a good
    listener.
-2
---
=
- But the next week the sun came back. The nose [drooped|fell off], and the head got smaller and
    smaller.
- But then the wind turned warm, and the roof went drip, drip, drip. The snow friend leaned to one
    side.
=
- "Stay!" begged {hero}. {He} held an umbrella over it and [fanned it|told the sun to go away].
- {hero} wanted to carry it into the cellar, but it fell apart in {his} {hands}.
-2
=
- In the end there was only a puddle, and in it lay the {color} {thing}.
- One morning it was gone. There was nothing left but the {color} {thing} and [a carrot|two eyes].
=
- {hero} cried. <why_snow>
- {hero} was so {~sad} that {he} did not want any {snack}. <why_snow>
---
=
- In spring, where the puddle had been, the first [snowdrop|crocus] came up. {hero} and {friend}
    bowed and said, "Good morning, sir."
- In summer it rained, and {hero} stood in the rain with {his} mouth open. "It is him," {he} told
    {friend}. "He came to visit."
=
- And when the next winter came, {hero} [put out|kept ready] the {color} {thing}. One night it
    [snowed|began to snow].
- So they did not say goodbye. They said, "See you [next year|in winter]."
=
-
- <happy_end>

@why_snow
- "It is not gone," said {his} {elder}. "It [went into the ground|went up into the clouds], and it
    will come back."
- "Snow has to travel," said {his} {elder}. "First it is water, then a cloud, and then it is snow
    again."

plot treasure
with spot: nook
=
- <opening>
=
- {~Day}, {hero} found an old map [in a bottle|behind a loose brick|inside a book]. A red cross was
    on it, and the words "Dig here."
- {~Day}, {his} {elder} pulled out a drawer, and an old map fell out. There was a red cross on it.
=
- {He} ran to {friend} the {friend.kind}. "[We will be rich|Pack your spoon]!" said {hero}. "We are
    going on a treasure hunt."
- {friend}, {a} {~trait} {friend.kind}, read it upside down first. Then {friend.he} cried, "A
    treasure map!"
=
- "{Number} steps from the well," said the map. But whose steps? {hero} took big ones, and {friend}
    took small ones.
- First they had to go past the [angry goose|bull|beehives]. They crawled on their bellies, and
    {friend} tore {friend.his} pants.
- They crossed the stream on a [slippery log|row of stones]. {hero} crossed it twice, because {he}
    fell in.
-3
=
- They dug by the [mill|gate]. They found {a} {bug} and a [rusty spoon|horseshoe|bone].
- They dug here, and they dug there, until the ground looked like [a cheese|a colander].
---
=
- "There is no treasure," said {friend}, and threw down the shovel. {hero} looked at the map again.
- It got late, and they were [hungry|tired] and dirty. "[One more hole|One last try]," said {hero}.
=
- "Wait," {he} said, "we held it the wrong way around!" They turned the map. The cross was {spot},
    [at home|at {hero}'s own house]!
- Then {he} saw it: the cross was not in the [field|forest] at all. It was at home, {spot}!
=
- They ran. And there, [wrapped in a cloth|under a layer of dust], was a box.
- There it was, a small box with a [rusty|heavy] lock. {hero}'s heart [jumped|beat fast].
---
=
- In it were no jewels. There were {number} [marbles|tin soldiers], a [whistle|pocketknife], and a
    letter: "For whoever finds this. I was once as young as you."
- It was full of [shells|buttons|old photographs], and on top lay a letter. "[This is my
    treasure|Take good care of it]," it said.
=
- "I buried that when I was small!" said {his} {elder}, and [laughed|wiped {elder.his} eyes]. "I
    forgot where."
- {His} {elder} [put on {elder.his} glasses|sat down]. "That is my writing," {elder.he} said. "I
    was [six|seven] then."
=
- Then they put in something of their own, [a drawing and a feather|a button and a joke], and
    buried the box again for [somebody|others] to find.
- All evening {his} {elder} told stories, one for each thing in the box. That was the treasure.
-2
=
- <friends_end>
- <bedtime>
- <happy_end>

plot picnic
with place: green
=
- <two_friends>
=
- {~Day}, they packed a basket with {snack}, {cake}, and a [red|blue] blanket, and set out for
    {place}.
- "Today is a good day for a picnic," said {hero}. So they packed {snack}, {cake}, and [lemonade|a
    jug of milk], and went to {place}.
=
-2
- <weather>
=
- They spread out the blanket. "[Just one minute|I will be right back]," said {friend}, and they
    both ran to the water to wash their {hands}.
- It looked so good that they first played {game}, to get hungry.
=
- When they came back, the {cake} was walking. It walked all by itself over the grass!
- When they came back, the {snack} had legs. Hundreds of legs.
---
=
- "[Ants|Thieves]!" cried {friend}. Ants, ants, in a long black line, and each carried a crumb.
- {hero} rubbed {his} eyes. Then {he} lay down on {his} belly and looked. There were ants under it,
    hundreds of them.
=
- {friend} wanted to [chase them away|stamp {friend.his} foot]. "Wait," said {hero}. "They are only
    having a picnic too."
- {friend} grabbed one end, and the ants held on to the other. Nobody wanted to let go.
- "[Stop|That is ours]!" said {friend}. One ant stopped, looked at {friend.him}, and walked on.
=
- So they [divided|shared] it: the {snack} for the ants, and the {cake} for the friends. Or was it
    the other way around?
- Then {hero} put a piece of {cake} on a leaf, far from the blanket. The whole line turned around
    and went there.
=
- Then it began to rain. They [crept under|pulled] the blanket and ate [fast|what was left], nose
    to nose.
- Then the goat came and ate the napkins. "Guests everywhere," sighed {friend}.
-2
---
=
- They had only half a picnic left. But they laughed so much that they got [full|hiccups] from it.
- "We have less {cake} than before," said {hero}, "but more guests."
=
- On the way home the ants walked beside them for a bit, [like a little band|in step].
- When they shook out the blanket, one last ant waved goodbye, or so {friend} said.
-2
=
- <friends_end>
- Next time they will pack two baskets, a big one and a very, very small one.

plot planting
=
- <opening>
=
- {~Day}, {his} {elder} gave {him} {crop.seed}. "There is {a} {crop} in it," {elder.he} said.
    {hero} held it to {his} ear and heard nothing.
- At the market {hero} [bought|got] {crop.seed} from the {grown}. "Give it [sun, water, and time|a
    good bed]," said the {grown}, "and it will be {a} {crop}."
=
- {He} dug a hole behind the {home}, put it in, and [patted the earth|sang to it]. Then {he} sat
    down to wait.
- {He} planted it by the [fence|wall] and gave it so much water that a frog moved in.
=
- After [one minute|an hour] {he} asked, "Is it ready?" "Not yet," said {his} {elder}.
- The next morning {he} ran out in {his} nightshirt. There was only dirt.
=
- {He} dug it up to see if it was growing. "[Would you grow|Could you sleep]," asked {his} {elder},
    "if somebody pulled off your blanket every day?"
- {He} [shouted at it|read it a story], but the ground stayed brown and flat.
- "It is broken," said {hero}. "It is only slow," said {his} {elder}.
-3
---
=
- A week went by, and then another. {hero} watered and waited, and pulled out the weeds.
- {hero} learned to wait. {He} waited on one leg, {he} waited lying down, and once {he} waited
    asleep.
=
-
- {friend} the {friend.kind} came by and laughed. "You are watering dirt," {friend.he} said. {hero}
    watered on.
- Then came a [dry week|late frost], and {hero} [carried water in {his} hat|covered the spot with
    straw].
=
- One morning there was a small green [nose|hook] in the dirt. "Good morning!" [whispered|shouted]
    {hero}.
- Then it rained for {number} days, and after the rain, there it was: one green [leaf|tip], no
    bigger than a mouse's ear.
---
=
- It grew up to {his} knee, up to {his} belly, and past {his} nose.
- The leaf became two, and the two became many. Soon {he} had to look up to it.
-2
=
- It was the finest {crop} in the village, and {hero} had [grown too|known it all along].
- When summer came, everybody stood around it. "You grew that?" asked the neighbor. "It did the
    growing," said {hero}. "I did the waiting."
=
- In the fall {he} found {number} new seeds, and gave them away. "You need [a hole|water]," {he}
    told everybody, "and then a lot of nothing."
- <happy_end>
- Some things cannot be hurried. [{A} {crop} is one of them.|{hero} knows that now.]

plot star
=
- <opening>
=
- One clear night {he} saw a star fall. It fell [behind the hill|into the pond|right behind the
    barn], without a sound.
- One night {hero} could not sleep, and looked out of the window. A star fell out of the sky, just
    like that.
=
- "You can make a wish," said {his} {elder}. {hero} thought, but first {he} wanted to see the star
    up close. So out {he} went.
- {He} wanted to find it. {He} took a lantern and a [jar|butterfly net], and crept out on
    [tiptoe|soft feet].
=
- On the way {he} met {friend} the {friend.kind} with a [bucket|basket]. "I saw it first," said
    {friend}. "I saw it lower," said {hero}. So they went together.
- Behind the hill sat {friend}, {a} {~trait} {friend.kind}, who was looking for the star too.
=
-2
- <worry>
- An owl asked, "Who?" "Only us," said {hero}.
=
- They looked {hiding}. No star. They looked in the [well|trough]. There it was! But it was only
    the light of the moon.
- Something glittered in the grass. {hero} jumped on it. It was a [bottle|wet spoon|tin can].
- They looked in every puddle, and in every puddle there were {number} stars, but not one would
    come out.
---
=
- "[Perhaps it flew back|Maybe it has melted]," said {friend}, and {friend.his} voice was small.
    "What would you have wished for?" asked {hero}. "[Somebody to look for stars with|A friend],"
    said {friend}.
- {friend} sat down. "I wanted to wish for a friend," {friend.he} said [to the grass|very softly].
    {hero} looked at {friend}, and {friend} looked at {hero}. Then they both began to laugh.
- "What did you want to wish for?" asked {hero}. "You go first," said {friend}. "[No, you|Both at
    once]," said {hero}. And both of them said, "A friend."
=
- "Then it [worked|has come true]," said {hero}. They lay in the grass and counted stars until [a
    hundred|they fell asleep].
- "I believe we found it," said {hero}. And {he} did not mean the star.
---
=
- In the morning they were wet with dew, and {his} {elder} put a blanket around both of them.
- {His} {elder} found them at sunrise, asleep, with {a} {bug} on the lantern.
=
- {His} {elder} [shook {elder.his} head|smiled]. "What did you catch?" {elder.he} asked. "A
    friend," said {hero}.
- "Stars," said {hero} at breakfast, "are for looking. The finding is something else."
-2
=
- <friends_end>
- <happy_end>
"""
