"""Plots at home and about growing: lost things, baking, music, the dark, big jobs, small heroes."""

SOURCE = r"""
plot lost_toy
with thing: toy
=
- <opening>
=
- {hero} had {a} {color} {thing}, and {he} loved it more than [pancakes|birthdays|all the stars].
- {hero}'s best thing in the world was {a} {color} {thing}. {He} even slept next to it.
- {His} {elder} once gave {him} {a} {color} {thing}. {He} took it everywhere, even to the dentist.
=
- {~Day}, it was gone. {hero} looked [{nook}|in every drawer|in the bread box], but there was no
    {thing}.
- {~Day}, {he} reached for the {thing}. But it was not there!
=
-
- <comfort>
- <worry>
=
- {He} searched the whole {home}, from top to bottom. {He} found {number} odd socks and half a
    cookie.
- "Where did you see it last?" asked {his} {elder}. "If I knew that," said {hero}, "it would not be
    lost."
- {He} looked in the soup. [Well, you never know.|It was only soup.]
---
=
- {friend} the {friend.kind} came to help. {Friend.he} put on a detective hat and looked for
    [clues|footprints].
- {hero} ran to {friend}, {a} {~trait} {friend.kind} with very good eyes. "Help me look," {he}
    said.
=
- They asked the {grown}. They asked the cat. The cat looked at them as if it knew something.
- "Think," said {friend}. "What did you do yesterday?" {hero} thought. "I got up, I ate
    {snack.some}, I went to {place}."
=
- "[Aha|Then come]!" said {friend}, and they ran back the whole way, step by step.
- They followed the trail: a crumb here, a thread there.
- They looked up, and they looked down, and then {friend} got very quiet. "Listen," {friend.he}
    said.
---
=
- And there, {hiding}, something {color} looked out. It was the {thing}!
- Then they saw it {place.at}. The {color} {thing} lay in the [grass|sun|dust], and {a} {bug} sat
    on top of it.
- It had not gone far at all. It lay {hiding}, where {he} {himself} had put it.
=
- {hero} hugged the {thing}, and then {friend}, and then the {thing} again.
- "There you are!" {hero} told the {thing}. "You must never run away again."
=
- So {friend} got [the half cookie|a medal made of paper], and that was fair.
- {friend} was allowed to play with the {thing} for a whole day.
=
- <friends_end>
- Now the {color} {thing} has its own place, and it is there every night. Almost every night.
- <bedtime>

plot baking
=
- <opening>
=
- {~Day}, {he} wanted to bake {a} {cake} for {his} {elder}, [all alone|as a surprise].
- {~Day}, {his} {elder} had a birthday. "I will bake {a} {cake}," said {hero}. "How hard can it
    be?"
=
- {friend} the {friend.kind} came to help. They put on aprons that came down to their feet.
- {He} called {friend}, {a} {friend.kind} who knew [everything about eating|a little about baking].
=
- "First, flour," {hero} read. The flour went poof, and they were both as white as ghosts.
- Eggs must be cracked. One landed in the bowl, one on the floor, and one in {friend}'s
    [pocket|hat].
- They stirred [left|right] and they stirred [fast|slowly], and most of it stayed in the bowl.
-3
=
- "How much sugar?" asked {friend}. "A lot," said {hero}, and poured. But it was not sugar. It was
    salt.
- "A spoon of this, a cup of that," read {hero}. But {he} held the book upside down.
---
=
- Soon something smelled. It smelled of smoke! They pulled it out, and it was as black as a boot.
- They tasted the batter. Their faces went crooked, and their tongues wanted to leave.
- In the oven it grew and grew, until it pushed the door open and looked out.
=
- "It is ruined," said {hero}, and a tear ran through the flour on {his} cheek.
- {hero} sat down on the floor. "I only wanted to make {elder.him} happy," {he} said.
-2
=
- "We have flour left," said {friend}, "and we know now how not to do it."
- "Then we begin again," said {friend}, "and this time we taste first."
- <memory> So they washed the bowl and began again.
---
=
- This time they [measured|counted] everything twice, and {hero} sat in front of the oven and did
    not blink.
- This time they read every word, even the small ones, and it turned golden and round.
=
- It was a little crooked, and it had a hole in the middle, so they put [jam|cherries|whipped
    cream] in the hole.
- When {hero}'s {elder} came in, there was flour on the ceiling, and on the table stood {a} {cake}.
=
- {His} {elder} took a bite, and closed {elder.his} eyes, and took another. "Who baked this?"
    {elder.he} asked. "We did, twice," said {hero}.
- "It is the best {cake} I ever had," said {his} {elder}. "[It tastes of work|And the kitchen has
    never been so white]."
=
- <friends_end>
- <happy_end>
- The next day {hero} baked again. {He} has not stopped since.

plot building
with thing: building, place: place
=
- <two_friends>
- <opening> {His} best friend was {friend}, {a} {~trait} {friend.kind}.
=
- {~Day}, they wanted to build {a} {thing} {place.at}. "[The biggest in the world|A real one],"
    said {hero}.
- "Let us build {a} {thing}," said {hero}. "Out of {thing.stuff}?" asked {friend}. "Out of lots of
    {thing.stuff}," said {hero}.
=
- They carried {thing.stuff} all morning, {hero} in front and {friend} behind, and argued about the
    way.
- {hero} wanted to begin at the top. {friend} wanted to begin at the bottom. The bottom won.
-2
=
- {friend} [drew a plan|measured everything], and {hero} held it upside down. Then they
    [tied|stacked|knocked] and [tied|stacked|knocked] some more.
- They worked until their {hands} hurt. It got [higher|bigger] and higher, and only a little
    crooked.
=
- "It is done!" said {hero}, and [leaned on it|climbed on top]. It creaked. It cracked. It fell
    down.
- Just then {a} {bug} sat down on it. That was too much, and the whole {thing} fell over.
- In the night came a wind, and in the morning the {thing} was only a heap of {thing.stuff}.
---
=
- {hero} kicked the heap. It hurt {his} toe. "I will never build anything again!" {he} said.
- {friend} looked at the heap, and {friend.his} chin shook. All that work!
=
- "Your knots were bad," said {hero}. "Your corner was crooked," said {friend}. Then they both
    laughed, because both were right.
- The {grown} came by. "My first one fell down too," said the {grown}, "and my second. [It needs a
    foot to stand on|Build it wider]."
- {hero} looked under it. "[I see|Aha]! It has no feet," {he} said. "How could it stand?"
---
=
- They began once more. This time {hero} dug deep, and {friend} checked every knot.
- So they built it again, wider and slower, and this time they tried it after every step.
=
- They leaned on it. They jumped on it. They blew at it with all their might. It stood.
- It was not the biggest {thing} in the world. But it was the best one {place.at}.
=
- Even the {grown} came to see it, and had to say that it was good.
- They hung up a sign: "{hero} and {friend} made this. Please wipe your feet."
-2
=
- <friends_end>
- And if it falls down again, they know how to build it.
- <happy_end>

plot dark
with hero.kind: sleeper
=
- <opening>
=
- {He} was not afraid of [spiders|thunder|big dogs], or of [deep water|loud noises|high trees]. But
    {he} was {~scared} of the dark.
- By day {he} was as brave as a lion. But when the sun went down, {he} grew as [small|shy] as a
    snail.
- There was only one thing that {he} did not like, and that was the dark.
=
- One night the wind blew out the lamp, and the whole {home} was as black as [ink|a boot|the inside
    of a hat].
- One night {his} {elder} said good night and closed the door, and the dark came out from under the
    bed.
- One night {he} woke up, and the little lamp had gone out.
=
- <a_shape> <dark_voice> <break> <call> <dark_words> <was_a_coat>
- <a_sound> <dark_voice> <break> <call> <dark_words> <was_a_mouse>
---
=
- "Good evening," said {hero} to the dark, a bit stiffly. It is good to be polite.
- {hero} laughed, and the laugh chased away the rest of the fear.
- Then {his} {elder} opened the window. "Without the dark," {elder.he} said, "you would never see
    these." And there were the stars.
=
- They listened. The dark was full of small sounds: [a cricket|an owl], the wind, and {his}
    {elder}'s breathing.
- {hero} gave the dark a name. {He} called it [Inky|Plum|Velvet], and after that it was much nicer.
-2
=
- The next night {he} [blew out the lamp|closed the door] {himself}. {He} opened one eye, only to
    see if the dark was still there.
- The next night {friend} the {friend.kind} slept over, and was {~scared}. "Do not worry," said
    {hero}. "I know the dark. I will introduce you."
=
- <happy_end>
- Now {he} is not afraid of the dark. Perhaps the dark was afraid of {him}.
- Good night, {hero}. Good night, dark.

@a_shape
- There was a shape by the door. It had [long arms|two horns|a big round belly]. "Who is there?"
    asked {hero}. Nobody answered.
- On the chair sat a monster with [one eye|ten arms|a crooked nose]. It sat very still and waited.
- Between the bed and the door stood a giant. Was it breathing? It was hard to tell.

@a_sound
- Something [scratched|tapped|creaked|rustled] in the corner. {hero} pulled the blanket over {his}
    head.
- What was that? A [scratch|squeak|rustle], and then nothing, and then a [scratch|squeak|rustle]
    again.
- Something ran across the floor on many little feet.

@was_a_coat
- They held up the candle. The monster was {a} {color} {clothes} on a hook.
- {hero} came closer, one step, two steps, and touched it. It was only {his} own {clothes}.

@was_a_mouse
- They looked in the corner. There sat a mouse with a nut, and it was more scared than {hero}.
- They went on tiptoe. The noise was {a} {bug} that could not find the window.

@dark_voice
- <worry>
- {He} wanted to call, but {his} voice had crept under the pillow.
-

@call
- "{Elder.called}!" {he} cried at last, and {his} {elder} came with a candle.
- {hero} jumped up, ran over the cold floor, and crept into bed with {his} {elder}.

@dark_words
- "Let us look at it together," said {his} {elder}. "[A monster does not like to be looked at|One
    look is enough]."
- "Shall I tell you something?" said {his} {elder}. "The dark is only the day with its eyes
    closed."
- "What is it like?" asked {his} {elder}. {hero} told {elder.him}, and while {he} told it, it got
    smaller.

plot noise
with hero.kind: sleeper
=
- <opening>
=
- Every night, at the same time, there was a noise [in the attic|under the floor|behind the wall]:
    {noise}, {noise}, {noise}.
- One night {he} sat up in bed. What was that? {Noise}, {noise}. There it was again.
=
- "It is a ghost," said {friend} the {friend.kind}, who [knew all about ghosts|read many books].
- "It is only the wind," said {his} {elder}. "It is a ghost," said {friend} the {friend.kind}.
=
- "Tonight I will find out," said {hero}. {He} took a [spoon|broom|pillow], and {friend} took a
    bigger one.
- So {friend} came to stay the night. They had a lamp, a rope, and {snack}.
=
- They waited. They ate all the {snack}. {friend} fell asleep, and {hero} pinched {friend.him}.
- <worry>
---
=
- Then it came: {noise}, {noise}. They held on to each other, and went on tiptoe, step by step.
- At midnight it began: {noise}, {noise}. The lamp shook, because {hero}'s {hand} shook.
=
- The stairs creaked. {hero} said, "You go first." {friend} said, "You go first." So they went side
    by side.
- "Who is there?" called {hero}, and {his} voice was only a squeak. The noise stopped. Then it went
    on.
=
- {hero} opened the door, one finger wide. Two [yellow|round|green] eyes looked at {him}. "Aaah!"
    cried {friend}.
- {He} counted to three, and pulled away the [box|blanket|curtain]. And there it was.
---
=
- It was {a} {pet}! It had come in through a hole in the roof, and could not find the way out.
    "[{Pet.cry}]," it said.
- It was {a} small {pet} with a [bell|tin can] on its tail. It was as scared as they were.
- It was {his} {elder}, in the middle of the night, with {a} {cake} and a spoon! "I could not
    sleep," {elder.he} said, and turned red.
=
- {hero} sat down and laughed until {he} cried. So much fear for so little ghost!
- "Are you the ghost?" asked {friend}. And they all had to laugh.
=
- They all sat on the floor and had a midnight feast.
- "You could have knocked," said {hero}.
=
- Now, when {he} hears a noise at night, {he} says, "Come in!"
- <bedtime>
- <friends_end>
"""
