"""Plots about kindness and truth: sharing, helping, returning what was found, owning up."""

SOURCE = r"""
plot sharing
=
- <opening>
=
- {~Day}, {his} {elder} gave {him} {snack.some} for the road. "[Do not eat it all at once|Chew
    well|Make it last]," said {his} {elder}.
- {~Day}, {hero} set out for {place} with {snack.some} in a [bag|basket|little box].
- {He} had saved {snack.some} all week. {~Day}, {he} carried {snack.it} to {place} to eat
    {snack.it} in peace.
=
-3
- <weather>
- <meeting>
=
- {Place.at} sat {friend}, {a} {~trait} {friend.kind}, and [sniffed|sighed|stared at an empty lunch
    box].
- {Place.at} {he} met {friend}, {a} {friend.kind} who [had walked a long way|had lost {friend.his}
    lunch in the river].
- Just as {he} opened {his} mouth to bite, somebody sneezed. It was {friend}, {a} {~small}
    {friend.kind} with [big|hungry|sad] eyes.
=
- "[Why do you look so sad|What is the matter|Are you all right]?" asked {hero}. "I have not eaten
    since yesterday," said {friend}.
- {friend}'s belly growled [so loud that a crow fell off a branch|like a little bear|like thunder].
    "[Oops|Excuse me|Sorry]," said {friend}. "I am so hungry."
- "That smells [wonderful|so good]," [whispered|sighed] {friend}. "I have nothing to eat today."
---
=
- {hero} looked at what {he} had. It was [not much|only enough for one], and {he} was hungry too.
- {hero} wanted to [run away|eat very fast|pretend to be a tree]. But {friend} looked so {~sad}
    that {he} could not.
- "[It is mine|I carried it all the way]," thought {hero}. But then {he} thought of how it feels to
    be hungry.
=
-2
- {His} {elder} always said, "[Shared joy is double joy|There is always enough for two|What you
    share tastes better]."
=
- So {he} broke everything [in two|down the middle] and gave {friend} the [bigger|nicer] half.
- "[Here|Sit down|Come]," {he} said, "half for you and half for me."
- Then {he} [moved over|patted the grass] and said, "One for you, one for me, one for you, one for
    me." {He} counted until nothing was left.
=
- {friend} ate [every crumb|so fast that {friend.he} got hiccups] and [laughed|smiled] for the
    first time that day.
- They ate together, and strange to say, half of it [filled|warmed] {hero} more than all of it
    would have.
- "I have never tasted anything so good," said {friend} with a full mouth.
---
=
- The next week it was {hero} who [forgot {his} lunch|dropped {his} lunch in a puddle]. {friend}
    [came running|tapped {him} on the arm] with a [big|round|warm] box. "Half for you," said
    {friend}, "and half for me."
- {friend} had nothing to give but a song. {Friend.he} sang it [from start to end|three times], and
    it was the [funniest|finest] song that {hero} knew.
- Then {friend} showed {him} a secret: where the [sweetest|biggest] [strawberries|blackberries]
    grew. They picked until their [noses|chins] were [blue|sticky].
=
- <friends_end>
- So {hero} learned that a [treat|lunch] gets bigger when you share it.
- <bedtime> Half a lunch and a whole friend: that is a good trade.

plot stranger
with gift: keepsake
=
- <opening>
=
- {~Day}, on the way to {place}, {he} heard somebody groan. {A} {friend.kind} was [stuck in the
    mud|tangled in a bush|sitting beside a broken cart].
- {~Day}, a strange {friend.kind} came over the hill, so tired that {friend.he} [walked in
    zigzags|fell over {friend.his} own feet].
- {~Day}, it rained in buckets, and under a tree stood a strange {friend.kind}, as wet as a
    [fish|sponge|mop].
=
- The others walked by and looked the other way. "We do not know {friend.him}," they said.
- "Never talk to [anybody that muddy|somebody with such a hat]," said {other}, and walked on.
- {other} laughed and went on. But {hero} stopped.
-3
=
- "I am in a hurry," thought {hero}. But {he} [stopped|turned around] all the same. "Can I help
    you?"
- {hero} [called {his} {elder}|ran home for {his} {elder}], and together they went to help.
=
- {He} pulled and pushed and pulled, until [something went pop|they both fell over]. "Thank you,"
    said the stranger. "My name is {friend}."
- {He} shared {his} umbrella and {his} {snack}, and the stranger said, "My name is {friend}. I will
    not forget this."
- It took [an hour|all morning], and {hero} got [muddy up to the ears|a hole in {his} sleeve]. "I
    am {friend}," said the stranger. "I will remember you."
=
-
- Then {friend} went on over the hill, and {hero} [soon forgot about it|never told anybody].
- "It was nothing," said {hero}, and went home [to supper|with wet socks].
---
=
- Winter came, and with it a hard time. The [well|pump] froze, and {hero}'s {elder} had no wood for
    the stove.
- Many weeks later {hero} was far from home when {he} [twisted {his} ankle|lost {his} way|fell into
    a hole]. {He} called and called.
- One day {hero} walked too far out on the ice, and it went crack. "Help!" {he} cried.
=
- [Nobody came|It got dark]. {hero} began to [cry|shiver]. <then_came>
- {He} [was cold|was alone], and [no door was near|the wind blew hard]. <then_came>
=
- "You?" said {hero}. "Me," said {friend}. "Once you stopped for me. Now [I stop for you|it is my
    turn]."
- "How did you find me?" asked {hero}. "I was in a hurry," said {friend} and smiled, "but I stopped
    all the same."
---
=
- {friend} [carried {him} home|brought {him} home on a sled], and soon there was a fire, and hot
    {soup}, and [a story|three stories].
- That evening they all sat by the stove and ate {soup}, and {friend} [told stories|sang songs] of
    far places.
- Before {he} left, {friend} gave {him} {a} {color} {gift}. "For luck," {friend.he} said.
=
- <friends_end>
- Kindness is like a [ball|boomerang], {hero}'s {elder} says. Throw it, and it comes back.
- Since then {hero} stops for everybody, even for [snails|geese].

@then_came
- Then a lantern came through the [fog|snow|trees], and behind it came {friend}.
- Then {he} heard [bells|footsteps|a whistle]. It was {friend}!

plot rescue
=
- <opening>
=
- {~Day}, {he} heard a tiny sound {place.at}. "[{Pet.cry}|{Pet.cry}, {pet.cry}]," it went. {A}
    {pet}!
- {~Day}, {a} {~small} {pet} was missing on the farm. The {grown} called and called, but no {pet}
    came.
- {~Day}, {hero} found {a} {pet} all alone {place.at}. "[{Pet.cry}]," it said, and that meant,
    "Where is my mother?"
=
- It sat [high up in a tree|on a rock in the stream|down in a deep ditch], and it shook with fear.
- It was caught [in a fence|in a thorn bush|between two stones], and the more it pulled, the worse
    it got.
=
- "Do not be afraid," said {hero}. But the {pet} [was afraid|did not believe {him}|looked the other
    way].
- {hero} tried to reach it, but {his} arms were too short. {He} tried [a stick|a rope|a rake], but
    the {pet} only went farther away.
- {hero} climbed, slipped, and sat down [in the nettles|in the mud|on {his} hat].
---
=
-2
- <worry>
- <memory>
=
- Then {he} had an idea. {He} lay down on {his} belly and said, very softly, "[{Pet.cry}]." The
    {pet} [turned its head|pricked up its ears].
- So {he} ran to {friend}, {a} {~trait} {friend.kind}, who had the longest [ladder|rope] in the
    village. "Hurry!" said {hero}.
- {He} took [a bit of bread|a bit of apple|some oats] out of {his} pocket, put it on {his} {hand},
    and waited. {He} waited so long that {a} {bug} sat down on {his} nose.
=
- One step, and one more. At last the {pet} [hopped|crept|climbed] right into {his} arms.
- Slowly, slowly {he} [came near|reached out], and then {he} held the {pet} tight. Its heart went
    tick-tick-tick.
=
- The {pet} [licked|sniffed|nibbled] {his} ear, and it tickled.
- "You are safe now," said {hero}, and {he} tucked it into {his} [jacket|cap|basket].
- It was [warm and soft|light as a feather], and it fell asleep at once.
---
=
- {He} carried it all the way to its mother. What a [noise|welcome] that was: "[{Pet.cry},
    {pet.cry}, {pet.cry}]!"
- The {grown} [was so glad|laughed and cried]. "You may come and see your {pet} every day," said
    the {grown}.
- Nobody came to ask for it, and so the {pet} stayed. {hero} called it
    [Button|Crumb|Biscuit|Pudding].
=
- Now, when {hero} walks by, a small voice calls "[{Pet.cry}]," and that means "hello."
- <bedtime>
- <happy_end>

plot lie
with thing: breakable
=
- <opening>
=
- {~Day}, {he} played with a ball in the [kitchen|parlor|hall], though {his} {elder} had said not
    to. Crash! {A} {color} {thing} lay in {number} pieces.
- {~Day}, {hero} climbed on a chair to look at {his} {elder}'s {color} {thing}. It [slipped|fell].
    It broke.
- {His} {elder} had {a} {color} {thing}, and {hero} was not allowed to touch it. {~Day}, {he}
    touched it with one {hand}, and it fell down and broke.
=
- {hero} [stood very still|turned pale]. Then {he} swept the pieces [under the rug|behind the
    stove|into a boot].
- "[Oh no|Oh dear]," [whispered|breathed] {hero}. {He} hid the pieces {hiding}.
=
- "Who broke my {thing}?" asked {his} {elder}. "It was [the cat|the wind|{friend}]," said {hero}.
- When {his} {elder} came in, {hero} said, "[The cat|The wind|{friend}] did it." It came out [quick
    as a mouse|all by itself].
=
- "[Hm|I see]," said {his} {elder}, and looked at {him} a long time.
- {His} {elder} [believed {him}|nodded sadly], and that felt worse than a scolding.
- One lie needs another. "It [jumped|flew] up there," {he} said, "and it had [a red hat|muddy
    feet|big eyes]."
---
=
- {hero} could not eat {his} {soup}. The lie sat in {his} belly like a [stone|cold potato|toad].
- All day the lie followed {him} like a [goose|hungry dog]. {He} could not [play|sing|look at
    anybody].
- In bed {he} [turned this way and that way|counted {number} sheep], and every sheep said, "[You
    did it|Tell the truth]."
=
-2
- <worry>
- Outside, [an owl called|the rain came down], and it sounded like "You, you, you."
=
- In the end {he} [got up|climbed out of bed] and went to {his} {elder}. "It was me," {he} said. "I
    broke the {thing}, and then I lied."
- "I have to tell you something," {he} said, and {his} voice [shook|was as thin as a thread]. "It
    was me. I broke it."
- {He} fetched the pieces and laid them on the table. "It was me," {he} said, "and nobody else."
---
=
- "I know," said {his} {elder}. "I have waited for you to say it."
- It was quiet for a while. "The {thing} was only {a} {thing}," said {his} {elder}. "But your word
    is worth more."
- {His} {elder} was {~angry}, and then [not so {~angry}|less so]. "That was hard to say,"
    {elder.he} said. "Thank you."
=
- They glued the {thing} together. It [leaned a little|had a crooked line] now, but it
    [stood|held].
- {hero} had to [wash the dishes|sweep the yard|feed the hens] for {number} days, and {he} did it
    without a word.
- {hero} gave {his} {elder} {his} own [cup|jar|bowl] instead, the one with the blue [fish|duck].
=
- That night {he} slept like a [log|stone|bear in winter], for {he} was light again.
- A lie [has short legs|is heavy to carry], and the truth [sleeps well|can look you in the eye].
- Now, when something breaks, {hero} says at once, "It was me!" Sometimes {he} says it too early.

plot coat
with thing: warmer, stuff: fabric
=
- <opening>
=
- {hero} had a new {color} {thing}. {His} {elder} had made it from [the softest|the best] {stuff},
    and it was the most beautiful {thing} in the village.
- For {his} birthday {he} got {a} {color} {thing} of {stuff}. (!thing) {He} wore it [to school|to
    bed|in the bath] and would not take it off.
=
- Winter came. It was so cold that [the words froze in the air|even the stove shivered|the ducks
    walked on the pond].
- {~Day}, a cold wind came down from the hills and [blew through every crack|bit everybody in the
    nose].
=
- {Place.at} {he} met {friend}, {a} {~trait} {friend.kind}. {Friend.his} teeth [chattered|clicked]
    like [dominoes|spoons].
- {Place.at} sat {friend}, {a} {friend.kind} without {a} {thing}. {Friend.his} nose was as blue as
    a [plum|berry].
=
- "Are you cold?" asked {hero}. "[N-n-no|Only a l-l-little]," said {friend}.
- "Where is your {thing}?" asked {hero}. "I have none," said {friend}. "[The old one fell apart|We
    have no {stuff} at home]."
-2
---
=
- (!thing) {hero} held {his} {thing} tight. It was so [new|soft|warm]. But {he} could not stop
    looking at that blue nose.
- {hero} walked on. {He} took {number} steps. Then {he} stopped, because {his} {thing} was warm,
    but {his} heart was not.
=
- "[Take it|Put this on]," {he} said. (-thing) And {he} gave {friend} the {color} {thing}.
- (-thing) {He} took off the {thing} and put it on {friend}, and [tied|buttoned] it up to the chin.
=
- Then {hero} ran home as fast as {he} could, [blue|cold] and {~happy}.
- Now it was {hero} who was cold. But {he} [hopped|danced|sang] all the way home, and that helped.
-2
=
- "Where is your {thing}?" asked {his} {elder}. {hero} told everything and waited to be scolded.
- {His} {elder} looked at {him}. "[You come home without it|And your new {thing}]?" {hero} told
    what had happened.
---
=
- But {his} {elder} [was not angry|only smiled]. "{A} {thing} can warm one," {elder.he} said, "but
    giving it warms two."
- {His} {elder} [went to the chest|opened the old trunk]. "There is still some {stuff} left," said
    {elder.he}, "[not much|only scraps], but we can try."
=
- So {hero} got another {thing}, made of scraps, with {number} patches. {He} liked it better than
    the first.
- {friend}'s mother [knitted all night|sent a basket]. In the morning there were mittens at
    {hero}'s door, one red and one green.
=
- <friends_end>
- It is not the {thing} that keeps you warm, {hero} says. It is [having somebody|knowing somebody].
- <happy_end>

plot finder
with thing: keepsake
=
- <opening>
=
- {~Day}, {he} found {a} {color} {thing} {hiding}. It was the [prettiest|finest] thing {he} had
    ever seen.
- {~Day}, something twinkled in the dust {place.at}. It was {a} {color} {thing}!
- {hero} liked to look for things on the ground. {~Day}, {place.at}, {he} found {a} {color}
    {thing}.
=
- "[Finders keepers|Now it is mine]!" said {hero}, and put it in {his} pocket.
- {He} looked [left and right|all around]. Nobody saw {him}. {He} put the {thing} in {his} pocket.
=
- All the way home the {thing} [jingled|knocked against {his} leg], as if it wanted to say
    something.
- (!thing) {He} [polished|rubbed] the {thing} until it shone, and showed it to nobody.
-2
=
- The next day {he} saw {friend} the {friend.kind}, who crawled around [in the grass|under the
    benches] and [sniffled|cried]. "I lost my {thing}," said {friend}.
- The next day a note hung on the big tree: "Lost, one {color} {thing}. It was my grandmother's.
    {friend}."
- Then {he} heard that {friend}, {a} {~trait} {friend.kind}, had lost {a} {color} {thing} and could
    not sleep.
---
=
- The {thing} in {his} pocket grew [hot|heavy]. "[I found it|It is mine]," {he} told {himself}. It
    sounded wrong.
- {hero} wanted to keep it. {He} wanted it very, very much. [One night|A whole day] {he} thought
    about it.
- {hero} [went to bed early|hid in {his} {home}]. But {a} {thing} that is not yours is bad company.
=
-
- {His} {elder} always said, "[What is found has an owner|Somebody misses what you find]."
- "What would you do with {a} {thing} that is not yours?" {he} asked {his} {elder}. "You know that
    yourself," said {his} {elder}.
=
- So {he} went to {friend}'s house. It was [raining|getting dark], and {he} [nearly|almost] turned
    around twice. Then {he} knocked.
- "Is this yours?" asked {hero}, and held out the {thing}. {friend} [stared|went quiet].
=
- (-thing) "My {thing}!" cried {friend}, and [hugged|kissed] it, and then [hugged|kissed] {hero}
    too.
- (-thing) {friend} took it in both {friend.hands} and could not speak.
---
=
- "I kept it for a day," said {hero}, "and I am sorry." "But you brought it," said {friend}. "Come
    in, there is {cake}."
- As thanks, {friend} told {him} the story of the {thing}. It had been to [the sea|the moon, or
    nearly|war and back].
- {friend} wanted to give {him} [a coin|a prize]. {hero} shook {his} head. "[I would rather
    have|Give me] a friend," {he} said.
=
- <friends_end>
- {hero}'s pocket was empty now, and {he} felt as light as a [feather|bird|dandelion seed].
- <bedtime>

plot greedy
=
- <opening> {He} liked {cake} more than anything.
- {hero} the {kind} had a sweet tooth. {He} had, in fact, {number} of them, and all of them loved
    {cake}.
=
- {~Day}, {his} {elder} baked {a} {cake} for the [fair|party|whole family] and put it on the
    windowsill. "[Do not touch it|It is for later]," {elder.he} said.
- {~Day}, {a} {cake} stood on the table, [round|golden|warm], and smelled of [sugar|Sunday]. It was
    for everybody, for after supper.
=
- {hero} only wanted to look. Then {he} only wanted to [smell|lick]. Then {he} took a crumb, [a
    small one|just to help].
- "One little bite," thought {hero}. "A mouse could have done it." So {he} took a bite as big as a
    mouse.
=
- Then it looked crooked, so {he} made it even. Then the other side was crooked. And so on, until
    only the [plate|pan] was left.
- One bite was not enough, and two were not even. Soon [half of it|most of it] was gone, and then
    the rest.
---
=
- Oh, {his} belly! It was as tight as a drum. {hero} lay [under the table|on the floor] and
    [groaned|moaned].
- {hero} could not [stand|bend|laugh]. {He} lay {nook} and groaned.
=
- In came {his} {elder}, and {friend} and {other}, with {number} forks. They looked at the empty
    plate.
- "Time for {cake}!" called {friend}. But there were only crumbs, and the crumbs led to {hero}.
=
- "A mouse did it," said {hero}, with cream on {his} nose. "[A big mouse|A mouse named {hero}],"
    said {friend}.
- {hero} wanted to say that a [burglar|dragon] had done it. But what came out was a burp.
- "I ate it," said {hero}. "All of it. I am sorry, and my belly is even more sorry."
=
- {friend} [said nothing and laid down the fork|looked sad]. {Friend.he} had not had one bite.
- "[We waited all day|It was for all of us]," said {other}, and {hero} wished that {he} were very
    small.
-2
---
=
- When {he} could walk again, {hero} put on an apron. "[Teach me|Show me]," {he} said to {his}
    {elder}. "I will bake a new one."
- The next day {hero} [picked fruit|carried wood|cracked eggs] for {number} hours, and {his}
    {elder} helped {him} bake again.
=
- The new {cake} was [flat|burned on one side|crooked], but {hero} cut it into even pieces, and
    gave the biggest to {friend}.
- {He} gave everybody a piece and took none. Then {friend} [broke {friend.his} piece in two|pushed
    {friend.his} plate over]. "[Half|Eat]," said {friend}.
=
- It was the best bite of {cake} that {hero} ever had, because {he} ate it with others.
- Now {hero} knows how much {cake} fits into one {kind}. It is [less than you think|one piece].
- <happy_end>
"""
