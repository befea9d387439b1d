"""Plots about friends: quarrels, promises, secrets, surprises, newcomers."""

SOURCE = r"""
plot quarrel
with thing: toy
=
- <two_friends>
=
-2
- <weather>
=
- {~Day}, they found {a} {color} {thing} {place.at}. "I saw it first!" said {hero}. "But I [picked
    it up|touched it] first!" said {friend}.
- {~Day}, {hero}'s {elder} gave them {a} {color} {thing}. There was only one {thing}, and there
    were two friends. "Me first!" [cried|shouted] {hero}. "No, me first!" [cried|shouted] {friend}.
- {~Day}, {friend} brought {a} {color} {thing} to {place}. {hero} wanted to play with it [at
    once|right away|too]. "You may not have it," said {friend}. "You [always|only] break things."
- {hero} had {a} {color} {thing} and took it everywhere. {~Day}, {friend} took the {thing}
    {place.at} and did not ask. "That is my {thing}!" [cried|shouted] {hero}. "Give it back!"
=
- They pulled [this way and that way|left and right]. Then something went crack.
- They both pulled, and they both fell [into the mud|over backward|on their bottoms].
- "You are [a silly goose|as stubborn as a mule|a grumpy old boot]!" [cried|shouted] {hero}. "And
    you are [a bossy rooster|a sour pickle|a wet sock]!" [cried|shouted] {friend}.
- Their faces grew [red|hot] and their voices grew loud. [Even the crows flew away.|A cat ran up a
    tree.|An old dog put its paws over its ears.]
-4
=
- "I will never play with you again!" said {friend}. {hero} [turned around|stamped {his} foot|stuck
    out {his} tongue] and walked [away|home].
- So {hero} went home on one side of the road, and {friend} went home on the other.
- {friend} [ran|went] home, and {hero} [ran|went] home, and the {color} {thing} stayed behind, all
    alone.
---
=
- At home, {hero} tried to play {game} alone. But [nobody laughed|nobody answered|it is no fun to
    win against yourself].
- {hero} sat at the window and [looked at the rain|counted the clouds|watched the road]. The day
    was [long|gray|twice as long as before].
- {hero} ate {snack.some}, but [even that|it all] tasted like paper. {He} was still {~angry}, but
    more than that {he} was {~sad}.
-3
=
- "Where is {friend}?" asked {his} {elder}. {hero} told the whole story, and while {he} told it, it
    sounded [sillier and sillier|very small|rather foolish].
- "Is {a} {color} {thing} better than a friend?" asked {his} {elder}. {hero} thought [about it for
    a long time|hard] and shook {his} head.
- {His} {elder} always said, "[It takes two to quarrel|The first word is the hardest]." So {he}
    said to {himself}, "I was wrong too."
- {hero} thought of all the [jokes|games|secrets] they had shared. {A} {thing} cannot [laugh|tell
    jokes|keep a secret], but {friend} can.
---
=
- {hero} [put on {his} shoes|opened the door|ran outside]. And there stood {friend}, with one
    {friend.hand} lifted to knock. "I am sorry!" they both said at the same time.
- So {hero} walked to {friend}'s door and knocked. "I am sorry that I was so {~angry}," {he} said.
    "I am sorry too," said {friend}[ in a small voice| and looked at the floor|].
- The next day they met {place.at}. "You can have the {thing}," said {hero}, because {he} was
    sorry. "No, you can have it," said {friend}.
=
- They [made a plan|drew a line in the sand|tossed a coin]: {hero} could have the {thing} in the
    morning, and {friend} in the afternoon.
- They looked for the {thing} and mended it together, {hero} with glue and {friend} with string.
    Now it belonged to both of them.
- Then they played with the {color} {thing} together, and that was [twice|ten times] as much fun.
=
-2 <friends_end>
- A quarrel is like rain, {hero} thought. [Afterward everything smells new.|It stops if you let
    it.]

plot promise
with thing: building
=
- <two_friends>
- <opening> {His} best friend was {friend} the {friend.kind}.
=
- {friend} was building {a} {thing} out of {thing.stuff} {place.at}. "[Tomorrow|On Saturday] I need
    somebody to hold the [heavy|long] end," said {friend}. "I will come," said {hero}. "I promise."
- "My {thing} {place.at} is almost [done|ready]," said {friend}. "Will you come and help me
    [tomorrow|at noon|on Saturday]?" And {hero} said, "I promise."
- "Come to {place} [tomorrow|on Saturday|after breakfast]," said {friend}. "I am making {a}
    {thing}, but it takes two." "I will be there," said {hero}. "[Cross my heart|On my honor|You
    can count on me]."
=
- But on the way {hero} saw a [puppet show|circus wagon|man with a dancing dog|juggler]. "[Only one
    minute|Only one look]," {he} thought. One minute became [ten|an hour|two hours].
- But the next day the bed was [so warm|so soft], and {hero} stayed in it, [and then stayed a
    little more|until the soup was on the table|and dreamed of pudding].
- But then {other} came by with a new game. {hero} played and played, and [forgot the promise|the
    promise slipped out of {his} head].
=
- At [three o'clock|sunset] {he} remembered. [Oh no!|Oh dear!]
- Then {his} {elder} asked, "Did you not promise {friend} something?" {hero} [turned red|turned
    pale|dropped {his} spoon].
- When {he} scratched {his} head, {he} found the promise [again|in there]. It was late.
=
- {He} [ran|rushed|raced] all the way to {place}. There lay the {thing}, [flat on the ground|in
    {number} pieces|upside down], and {friend} sat beside it.
- {He} [ran|hurried|raced] to {place}, but {he} was too late. {friend} had tried to hold up the
    {thing} alone, and it had [come down with a crash|fallen over].
---
=
- "You promised," said {friend}. That was all {friend.he} said, and it [hurt|stung like a bee].
- "I waited and waited," said {friend}. "I looked down the road {number} times."
- {friend} did not [shout|scold|cry]. {Friend.he} only looked at {hero}, and that was worse.
-3
=
-2
- <worry>
=
- {hero} wanted to say that [the clock was wrong|it was not {his} fault]. But it was {his} fault,
    so {he} said, "I forgot you. I am very sorry."
- "I have no [good reason|excuse]," said {hero}. "I broke my promise, and now your {thing} is
    broken too."
=
- "Sorry does not hold up {a} {thing}," said {friend}. "Then I will," said {hero}, and [rolled up
    {his} sleeves|spat in {his} {hand}|picked up a hammer].
- {He} did not go home. {He} picked up the {thing.stuff}, [one by one|piece by piece], until
    {friend} [got up|came] to help.
---
=
- They worked until the [stars came out|moon was high|owls called], because {hero} would not
    [stop|rest] before it was done.
- The next morning {hero} was there before [the sun|the birds|{friend}], and they began again from
    the start.
- It took {number} days. Every day {hero} came [early|first], and every day {friend} was a little
    less {~angry}.
-3
=
- In the end the {thing} stood [straight|strong and straight|better than before], and {friend} let
    {him} be the first to [try it|touch it].
- And when the {thing} was done, {friend} painted two names on it, and one of them was "{hero}."
=
- Now {hero} ties a knot in {his} [scarf|handkerchief] for every promise. {His}
    [scarf|handkerchief] is [mostly knots|all knots].
- A promise is easy to [make|say], {hero} thought, and heavy to carry, but it must be carried.
- <friends_end>

plot secret
with thing: keepsake
=
- <two_friends>
=
- {~Day}, {friend} [looked left and right|pulled {hero} behind a wall] and whispered, "I have a
    secret. Can you keep it?" "I can keep {number} secrets," said {hero}.
- {~Day}, {friend} opened {friend.his} {friend.hand}. In it lay {a} {color} {thing}. "I found it
    {hiding}," said {friend}. "Do not tell anybody. It is a secret."
- "I know a secret," [whispered|breathed] {friend}, "about {a} {color} {thing}. But you must not
    tell a soul." {hero} [crossed {his} heart|promised].
=
- {friend} was going to give the {thing} to {other}, as a [birthday present|big surprise]. "[Not
    one word|Lips shut]!" {friend.he} said.
- It was a present for {other}, who [had been ill|would be {number} on Sunday|was always so kind].
    "[Not a word|Hush]!" said {friend}.
=
- But a secret is [like a frog|like a sneeze|like a kitten in a sack]. It wants to [come out|get
    out].
- All day the secret [tickled|itched|jumped up and down] in {hero}'s mouth.
- {hero} tried to think of [turnips|clouds|socks], but {he} could only think of the secret.
-3
=
- First {he} met the {grown}. "What is new?" asked the {grown}. {hero} [bit {his} lip|put both
    {hands} over {his} mouth] and [ran on|hurried away].
- First {he} whispered it to {a} {bug}. That did not count, because {bug.many} do not talk[ much|].
- At supper {his} {elder} asked, "Why are your cheeks so [round|red]?" {hero} only said
    "[Mmm|Hmm]."
-3
---
=
- Then {other} came along. "[You know something|You look funny]," said {other}. "[Tell me|Please
    tell me]!" And [whoops|plop], out it came.
- Then {he} sat next to {other}, and the word "{thing}" [jumped|hopped|fell] out of {his} mouth,
    [all by itself|before {he} could catch it].
- {other} asked [once|twice|three times]. The third time {hero} forgot to keep {his} mouth shut,
    and told it all.
=
- By evening [the whole village knew|everybody knew|even the geese knew]. {friend} knew too, and
    {friend.he} was {~sad}.
- {friend} [heard of it|found out]. "It was the only secret I had," {friend.he} said.
- {friend} came to {hero}'s door. "Now it is [no surprise|no secret] anymore," {friend.he} said,
    and {friend.his} voice [shook|was small].
=
- {hero} felt as [small as a crumb|heavy as a stone|flat as a pancake]. "I am sorry. I [should
    have|ought to have] kept it in," {he} said.
- "My mouth was [open|faster than my head]," said {hero}. "[I am sorry|Please forgive me]."
---
=
- Then {he} had an idea. "Everybody knows about the {thing}. But nobody knows about [a cake|a
    song|a party]. Shall we make [one|another secret]?"
- "Let us make a new surprise," said {hero}, "a bigger one, and this time I will [hold my nose|eat
    toffee|wear a scarf] so that nothing can come out."
=
- And {he} kept it. {He} kept it on [Monday|Tuesday], {he} kept it on [Wednesday|Thursday], and
    {he} kept it even in {his} sleep.
- It was hard. {He} [hummed|whistled|stood on one foot] for three days, but {he} did not tell.
-2
=
- On the day, {other} [clapped|cried for joy|jumped as high as a chair], and {friend} winked at
    {hero}.
- When {other} saw it, {other.he} could not speak. "[See|Look]," said {friend}, "that is how a
    secret should end."
=
- <friends_end>
- Now when {hero} hears a secret, {he} [plants it deep|keeps it warm], like a seed in winter.

plot sick_friend
=
- <opening> Every day {he} played with {friend}, the {friend.kind} next door.
- <two_friends>
=
- {~Day}, {hero} knocked at {friend}'s door, but {friend} did not come out. "[{friend} is
    sick|{friend} has a fever|{friend} has spots all over]," said {friend.his} [mother|father].
- {~Day}, {friend} was not {place.at}. {friend} was in bed with a [red nose|sore throat|thick
    scarf], and could not even [laugh|sing].
- {~Day}, {friend} sneezed {number} times. "[Off to bed|To bed with you]," said the doctor, "and
    stay there for a week."
=
- {hero} [walked home slowly|kicked a stone]. Without {friend}, the day was as long as a
    [worm|train|river].
- "What can I do?" asked {hero}. "I am not a doctor." "No," said {his} {elder}, "but you are a
    friend."
- {hero} looked up at the window. Behind the glass {friend} [lifted one {friend.hand}|waved a
    little], and it was a very small wave.
-3
=
-
- <memory>
---
=
- So {hero} cooked {soup}. {He} put in [too much|a lot of] [salt|pepper|parsley], and {he} stirred
    it {number} times for luck.
- So {hero} picked flowers: [one of each color|daisies, poppies, and clover|all that grew by the
    road]. The goat ate half of them, so {he} picked more.
- So {hero} drew a [picture|long letter] with [both of them|the two friends] on the back of a
    [whale|giant snail|flying cow].
=
- But at the door the {friend.kind}'s aunt shook her head. "No visits," she said. "It is catching."
- But {hero} was not allowed in. "You would [catch it too|get it too]," they said.
=
- {hero} thought until {his} [ears|head] got hot. Then {he} [fetched a ladder|took a long
    string|found a basket and a rope].
- "If I cannot go in," thought {hero}, "then [something else|a basket] can." {He} looked for a
    rope.
-2
=
- {hero} climbed [the apple tree|onto the woodpile] by the window and made faces through the glass:
    a [fish|toad|camel], a [sleepy cow|mayor|goose], and a [potato|pirate].
- {hero} sent it up to the window in a basket on a string, [up, up, up|higher and higher], and
    {friend} pulled it in.
- {hero} stood under the window and played a whole [puppet show|play] with [two socks|a carrot and
    a spoon].
---
=
- {friend} laughed so hard that {friend.he} [coughed|hiccuped], and then {friend.he} laughed again.
- {friend} smiled for the first time in [days|a week], and a bit of [pink|color] came back into
    {friend.his} face.
- "[Do it again|More]!" called a hoarse little voice.
=
- {hero} came back every day, [rain or shine|before breakfast and after], and every day {friend}
    was a little better.
- The next day the fever was [gone|lower]. "What did you give {friend.him}?" the doctor asked.
    "[Nothing|Only nonsense]," said {hero}.
-2
=
- On [Sunday|the seventh day] the door opened, and out came {friend}, a little [thin|pale|wobbly],
    but well.
- A week later {friend} was [outside|well] again. And who was in bed and sneezed? {hero}! So
    {friend} fetched the basket.
=
- <friends_end>
- "Laughing is the best soup," says {hero}[, and {friend} agrees|].

plot newcomer
with place: place
=
- <opening>
=
- {~Day}, a cart full of [chairs|boxes|pots and pans] rolled into the village. On top sat {friend},
    {a} {~trait} {friend.kind}, and held on to a [lamp|birdcage|clock].
- {~Day}, there was somebody new {place.at}. It was {friend}, {a} {friend.kind} with {a} {color}
    {clothes}.
- Somebody new moved into the empty house by the [well|church|bakery]: {friend}, {a} {~trait}
    {friend.kind}.
=
- {Friend.he} talked in a strange way, and said "{hello}" for hello.
- {Friend.he} wore {friend.his} [hat|shoes|coat] [the wrong way around|on the wrong side], and
    nobody knew why.
- {Friend.he} did not know a single [game|song|soul] in the village, and stood there like a [lost
    umbrella|post].
=
- "[Look at that one|How odd]!" [whispered|giggled] {other}. The others laughed, and {hero}
    [laughed a little too|nearly laughed too].
- The others played {game} and [did not look up|turned their backs]. There were [already enough of
    them|no places left], they said.
- "We do not need [anybody new|another one]," said {other}, and [everybody nodded|nobody said no].
=
- {friend} said nothing. {Friend.he} went and sat down [by the wall|under a tree|on a step], all
    alone.
- {friend}'s ears turned red. {Friend.he} [counted {friend.his} buttons|drew in the dust with a
    stick].
-2
---
=
- {hero} saw it, and it felt like a [stone in {his} shoe|bone in {his} throat]. {He} could not play
    anymore.
- "How would I feel," thought {hero}, "if [everything were new|nobody knew my name]?"
- {hero} remembered {his} own first day at school, when {he} had [hidden in the coats|cried in the
    shed].
=
-
- <worry>
=
- Then {he} walked over and sat down too. "I am {hero}," {he} said. "I have {snack.some}. Do you
    like {snack.it}?"
- {He} took [a ball|a piece of chalk|two apples] and went over. "Hello," {he} said. "What is your
    name?"
- So {he} left the game and went to the newcomer. "Show me how you say hello where you come from,"
    {he} said.
=
- {friend} looked up. Slowly, like the sun over a hill, {friend.he} smiled.
- "{friend}," said {friend} [softly|at last]. It was the first word that anybody had asked
    {friend.him} for.
-2
---
=
- And what did {friend} know? {Friend.he} knew how to [walk on {friend.his} {friend.hands}|whistle
    like a thrush|juggle {number} apples]! {hero}'s mouth fell open.
- {friend} showed {him} a game from far away, with [{number} stones and a song|a rope and a
    riddle]. It was the best game in the world.
- {friend} told a story about a [whale|snow giant|talking kettle], and it was so funny that {hero}
    rolled in the grass.
=
- One by one the others came closer. "[Can you teach us|May we play too]?" asked {other}. {friend}
    looked at {hero}, and {hero} nodded.
- Soon all of them [sat in a circle|wanted to learn it], and {other} was the loudest of all.
=
- "I am sorry about before," said {other}. "{Hello}," said {friend}, and where {friend.he} came
    from that means "[never mind|let us be friends]."
- In the evening nobody could remember that {friend} had ever been new.
=
- <friends_end>
- <happy_end>
- A stranger is a friend [who has not told you a story yet|whose name you do not know yet].

plot party
=
- <two_friends>
- <opening> {His} best friend was {friend}, {a} {~trait} {friend.kind}.
=
- Soon it would be {friend}'s birthday. "Let us make a surprise party," said {hero} to {other}, and
    {other} [clapped|hopped] with joy.
- "Nobody [thinks of|remembers] my birthday," sighed {friend}. {hero} [smiled|hid a smile] and said
    nothing, for {he} had a plan.
- {hero} looked at the calendar. Only {number} days until {friend}'s birthday! {He} ran to {other}
    and whispered in {other.his} ear.
=
- They made a list: [balloons, {cake}, and music|{cake}, paper hats, and a present].
- {other} was to [bake|bring] the {cake}, and {hero} was to [hang up the lanterns|blow up the
    balloons|make the paper hats].
- They worked in secret in the old barn. {other} baked {a} {cake}, and {hero} [painted a banner|cut
    out paper stars].
=
- Then {friend} came around the corner. "What are you doing?" {friend.he} asked. "Nothing!" said
    {hero}, and [hid a balloon in {his} hat|sat down on the paint].
- "Shall we play {game} today?" asked {friend}. "I cannot," said {hero}. "I have to [count my
    socks|wash the cat|watch the grass grow]."
- {friend} knocked at the door. {other} [jumped into a barrel|hid under the table], and {hero}
    said, "There is nobody here."
=
- {friend} walked away with {friend.his} head down. "They do not like me anymore," {friend.he}
    thought.
- "Everybody is so [strange|busy] today," said {friend}, and {friend.his} lip [trembled|shook].
    {hero} almost told {friend.him} everything. Almost.
-2
---
=
- At last the day came, and something went wrong: the dog [sat on|ate half of|ran off with] the
    {cake}.
- Then, on the day, the [rain|wind] tore down the lanterns, and the banner [fell into a puddle|flew
    over the hill].
- But just before the party, {other} tripped, and the {cake} [flew through the air|landed on the
    floor|landed upside down].
=
- "[What now?|Oh no!]" cried {other}. <think_fast>
- {other} wanted to [cry|give up]. <think_fast>
=
- There was a knock. "[Hush|Quick, hide]!" whispered {hero}. The door opened, and everybody jumped
    up and shouted, "Surprise!"
- {hero} led {friend} [into the barn|down the path] with {friend.his} eyes shut. "Now look," {he}
    said. "Surprise!"
=
- {friend} was so surprised that {friend.he} [sat down on the floor|fell into the pillows|forgot to
    breathe]. "For me?" {friend.he} asked.
- {friend} looked at the [stars|hats|friends] and at {hero}. "And I thought you had forgotten me,"
    {friend.he} said, and [laughed and cried|laughed until {friend.he} cried].
---
=
- They [danced|sang|played {game}] until [the moon came up|their feet hurt|midnight].
- Everybody sang so [loud|badly] that the [owls|bats|dogs] flew off, and that was [funny|fine].
- The food was funny, the hats were crooked, and it was the best party in the world.
-3
=
- "How did you keep it secret?" asked {friend}. "I nearly did not," said {hero}.
- <happy_end>
- And {hero} made a wish too, though it was not {his} birthday: that it would [always be like
    this|never end].

@think_fast
- "We still have {snack}," said {hero}. So they [built a tower of|put a candle on] {snack.it}.
- But {hero} only laughed. "We will [make a cake of mud and daisies|tell {friend.him} it was a very
    small cake]," {he} said, "and eat {snack}."

plot race
with place: place, prize: keepsake
=
- <opening>
- {hero} was the [fastest|quickest] {kind} in the village, and {he} [told everybody|said so
    {number} times a day].
=
- Every year there was a race from {place} to the [church tower|old well|windmill]. First prize was
    {a} {color} {prize}, and {hero} wanted it [badly|more than anything].
- {~Day}, the {grown} hung up a sign: a race around {place}! The winner would get {a} {color}
    {prize}. "That will be mine," said {hero}.
=
- {friend} the {friend.kind} wanted to run too. "You?" laughed {hero}. "You are as slow as [honey|a
    snail in boots|cold syrup]." {friend} only shrugged.
- "I will run too," said {friend}, a [small|round|sleepy] {friend.kind}. "I do not have to win. I
    like to run."
- Next to {him} at the start stood {friend}, {a} {~trait} {friend.kind}. "May the best one win,"
    said {friend}.
=
-2
- <worry>
- <weather>
=
- "[Ready, steady, go|One, two, three, go]!" [cried|called] the {grown}. Dust flew up, and {hero}
    shot ahead.
- The {grown} [rang a bell|waved a flag], and off they went. {hero} flew like an arrow.
=
- {He} ran past the [pump|bakery|school] and past the [ducks|haystack]. When {he} looked back,
    {friend} was only a dot.
- Over the ditch, [under the fence|through the hedge], around the pond. Nobody could [catch|beat]
    {him}.
-2
---
=
- Then {he} heard a cry. {friend} had fallen into [the ditch|a thorn bush] and could not [get
    up|get out].
- At the last bend {he} heard a bump and an "[Ouch|Ow]!" {friend} lay on the road and held
    {friend.his} knee.
- Just then the bridge cracked. {hero} was already over, but {friend} hung on [by one
    {friend.hand}|to a plank].
=
- {hero} looked at the [finish line|red ribbon]. It was only {number} steps away. <choose>
- {He} could see the {prize} shine in the sun. <choose>
=
- "[Why did you stop|You could have won]!" said {friend}. "I know," said {hero}. "Put your arm
    around my neck."
- "[Go on and win|Do not wait for me]," said {friend}. "[Be quiet|Nonsense]," said {hero}, "and
    hold on to me."
-2
---
=
- So they came in last, [arm in arm|on three good legs], and {other} had won. But nobody looked at
    {other}.
- They crossed the line [together|side by side], long after all the others. First it was quiet.
    Then everybody clapped.
=
- {other} got the {prize}. But the {grown} took off {grown.his} own hat and put it on {hero}'s
    head.
- "The {prize} is for the fastest," said the {grown}, "but this [apple|kiss|big bun] is for the
    best."
- {other} looked at the {color} {prize} for a while. Then {other.he} [gave it to|held it out to]
    {hero}. "You earned it," {other.he} said.
=
- <friends_end>
- Next year {hero} may win. But {he} has stopped [boasting|talking] about it.
- <bedtime>

@choose
- Then {he} turned around and ran back.
- {He} groaned, and then {he} ran back as fast as {he} had come.
- One heartbeat, two heartbeats. Then {he} turned back.

plot trade
with thing: toy, wish: keepsake
=
- <opening>
=
- {hero} had {a} {color} {thing}. {His} {elder} had made it [with {elder.his} own hands|long ago|in
    one long winter], and it went with {him} everywhere.
- {He} owned only one fine thing, {a} {color} {thing}, and {he} [polished it every Sunday|slept
    beside it|took good care of it].
=
- {~Day}, {friend} the {friend.kind} came by with {a} {wish}. It [glittered|shone|twinkled] so much
    that {hero} forgot to [blink|breathe].
- {~Day}, at the market, {he} saw {a} {wish} in the {friend.hand} of {friend}, {a} {~trait}
    {friend.kind}. "[Oh|Ah]," said {hero}, "I want that."
=
- "[I will swap with you|Let us trade]," said {friend}. "My {wish} for your {thing}."
- "What will you give me for the {wish}?" asked {hero}. "No," said {friend}, "what will you give
    me? I like your {thing}."
=
- {hero} did not think long. "[Done|Yes]!" {he} said. (-thing) {He} handed over the {thing}, and
    they shook {hands}.
- (-thing) [One, two, three|Quick as a wink], and the {color} {thing} belonged to {friend}, and the
    {wish} belonged to {hero}.
=
- {He} [looked at|turned] the {wish} all afternoon. It was pretty, but it did nothing else.
- At first {he} was {~happy}. But {a} {wish} does not [roll|bounce|play], and by evening {he} was
    bored.
---
=
- In the evening {he} reached for the {thing}, as always. {His} {hand} found [only air|nothing].
- "Where is your {thing}?" asked {his} {elder}. {hero} [looked at {his} feet|could not answer].
- That night {he} could not sleep. {He} kept thinking of {his} old {color} {thing}.
=
-
- <comfort>
=
- "A trade is a trade," {he} told {himself}. But {his} heart [did not listen|said something else].
- {He} saw {friend} with the {thing} and [hid behind a tree|felt a pinch inside].
-2
=
- The next morning {he} went to {friend}. "I made a mistake," {he} said. "Will you trade back?"
- {He} put the {wish} in {his} pocket and walked to {friend}'s house. It was a long walk for such
    short legs. "Please," {he} said, "may I have the {thing} back?"
---
=
- {friend} thought about it. "[I love the {thing}|It is the best {thing} in the world],"
    {friend.he} said. "But you look [so sad|like a wet cat]. (+thing) Here, take it."
- "A trade is a trade," said {friend}. Then {friend.he} [sighed|smiled]. "But a friend is a
    friend." (+thing) And {friend.he} gave {him} the {thing}.
- (+thing) "Take it," said {friend}, and held out the {thing}. "I missed my {wish} too."
=
- (!thing) From then on they shared: on [Mondays|Sundays] {friend} could have the {thing}.
- (!thing) {hero} let {friend} play with the {thing} whenever {friend.he} wanted, and they both had
    the best of it.
- "You can keep the {wish} too," said {friend}, but {hero} gave it back. One treasure was enough.
-3
=
- Not all that glitters is [fun|as good as an old friend], and an old {thing} can be [a
    friend|worth more than gold].
- <bedtime>
- <friends_end>
"""
