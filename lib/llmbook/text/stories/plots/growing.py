"""Plots about growing up: learning, trying again, errands, letters, being small."""

SOURCE = r"""
plot music
with instrument2: instrument
=
- <opening>
=
- {hero} wanted to play the {instrument} more than anything. {~Day}, {his} {elder} brought one
    home.
- {~Day}, {he} found an old {instrument} {nook}. "That was mine," said {his} {elder}. "Now it is
    yours."
=
- {He} tried it at once. It went {instrument.sound}, and the [cat left the house|milk turned
    sour|neighbor closed the window].
- "{Instrument.sound}," went the {instrument}. "{Instrument.sound}." "Is somebody hurt?" called the
    neighbor.
=
- In the village there was a band with a concert [in the spring|at the end of summer]. "Not with
    that noise," said {friend} the {friend.kind}, who played the {instrument2}.
- "Come back in a hundred years," said {friend} the {friend.kind}, who was the best {instrument2}
    player in town.
=
-2
- <comfort>
- <memory>
---
=
- So {he} practiced. {He} played in the [cellar|barn], and {he} played for the cows. The cows were
    kind.
- Every day {he} played for [ten minutes|an hour], first alone, then for the hens, and then for the
    [cow|goat].
=
- At first it sounded like a [door|cat in a bucket]. After a month it sounded like a
    [kettle|goose]. After three months it sounded like a song.
- {His} {hands} hurt. Some days {he} wanted to throw the {instrument} into the well. But {he} never
    did.
-2
=
- One evening {friend} stood behind the fence and listened. "[Is that you|Who taught you that]?"
    asked {friend}.
- One morning the neighbor opened the window again, and did not close it.
-2
=
- Then the day of the concert came, and {friend} had [a cold|hiccups] and could not play.
- At the concert the lights went out, and all the players stopped in fright. All but one.
---
=
- "{hero} can do it," somebody said. <worry>
- {hero} [swallowed|shut {his} eyes], and thought of the cows, and played.
=
- {Instrument.sound}, went the {instrument}, and it was [soft and clear|like rain on leaves|like
    bells over snow]. It was so quiet that one could hear the mice listen.
- {He} made one mistake, and then a second one, and played on. In the end everybody was on their
    feet.
=
- "Once more!" called the people. And from the meadow behind the hall came a long "Moo."
- {friend} clapped the loudest. "I was wrong," {friend.he} said. "It did not take a hundred years."
-2
=
- <happy_end>
- Now there is a new player in the band, and the cows have a seat in the first row.
- <bedtime>

plot riding
=
- <opening>
=
- For {his} birthday {he} got {a} {color} {vehicle}. It stood by the door and shone.
- {~Day}, {he} found an old {vehicle} in the shed, and {his} {elder} painted it {color}.
=
- "I will just ride off," said {hero}. {He} got on, and off {he} went, right into the [roses|hen
    house|duck pond].
- {He} climbed on, waved like a king, and fell off on the other side.
=
- {friend} the {friend.kind} rode by with no {friend.hands}. "It is easy," {friend.he} called. That
    did not help at all.
- "Try it sideways," said {friend}, {a} {friend.kind} with a lot of advice. {hero} tried it
    sideways and fell sideways.
=
- {He} had a bump on the head and {number} bandages, and one of them had a duck on it.
- The {vehicle} had a scratch, and so had {hero}.
-2
---
=
- "I give up," {he} said, and pushed the {vehicle} {nook}. There it stood and looked sad.
- "That thing hates me," said {hero}. "It does not know you yet," said {his} {elder}.
=
- <memory>
- "How often did you fall?" {he} asked {his} {elder}. "{Number} times," said {his} {elder}, "and
    that was only the first day."
-2
=
- So {he} got up and tried again, and {his} {elder} ran beside {him} and held on.
- The next day {friend} came, not to laugh this time, but to hold on. "I fell too," {friend.he}
    said. "I only forgot to tell you."
=
- "Look ahead, not at your feet," said a voice behind {him}. {hero} looked ahead.
- One push, two pushes, and a wobble. The world stood up straight.
---
=
- {He} rode past the pump, past the geese, and past the {grown}, who dropped a basket.
- "Do not let go!" cried {hero}. But there was nobody there. {He} was riding alone!
=
- {He} did not know how to stop, so {he} rode until the hill did it for {him}.
- "Hurrah!" {he} cried, and lifted one {hand} to wave. That was a mistake. But {he} got up and
    laughed.
=
- In the evening {he} counted the bandages. "One for each time I got up," {he} said.
- <happy_end>
- <friends_end>

plot errand
with food_a: grocery, food_b: grocery, food_c: grocery
=
- <opening>
=
- {~Day}, {his} {elder} said, "Run to the market and bring me {food_a}, {food_b}, and {food_c}. Can
    you remember that?" "Easy," said {hero}.
- "Go to the {grown}," said {his} {elder}, "and ask for {food_a}, {food_b}, and {food_c}. And do
    not dawdle!"
=
- So off {he} went and said it over and over: "{Food_a}, {food_b}, {food_c}."
- {He} sang it to a tune, so as not to forget: "{Food_a}, {food_b}, {food_c}!"
=
- Then a [band|circus] marched by, boom, boom, boom, and {hero} marched along to the corner.
- Then {friend} the {friend.kind} called, "Come and play {game}!" "Only one round," said {hero}.
- Then {he} saw {a} {bug} that was crossing the road, and {he} waited until it was safe.
=
- When {he} stood in front of the {grown}, {his} head was as empty as a [drum|bucket]. "I need,"
    {he} said, "I need."
- "What would you like?" asked the {grown}. {hero} opened {his} mouth, but nothing came out.
---
=
- "Was it [soap|a hat|a trumpet]?" asked the {grown}. "No," said {hero}. "Was it [a
    goose|nails|glue]?" "No."
- "It was something [round|long|soft]," said {hero}, "and something else, and then one more."
-2
=
- {He} went all the way back to the [corner|pump] and looked for the words. They were not there.
- {He} closed {his} eyes and thought of the kitchen. But the kitchen in {his} head was empty too.
- {He} sat down on the step and nearly cried. Then {friend} the {friend.kind} came along. "Think of
    supper," said {friend}.
=
- So {hero} bought what {he} liked best: {cake}, and {a} {color} {toy}.
- So {hero} bought [{number} lemons|a mop|a cabbage as big as a moon], and hoped.
---
=
- {His} {elder} looked into the basket for a long time. Then {elder.he} began to laugh, and laughed
    until {elder.he} had to sit down.
- "Hm," said {his} {elder}. "This will be a strange {soup}."
=
- "I forgot," said {hero}. "So did I," said {his} {elder}. "I forgot to write it down."
- "I am sorry," said {hero}. "[I had it|It was there], and then it flew away."
-2
=
- So they had a funny supper, and it was not {soup}. It was better.
- The next day {he} went again, with a note pinned to {his} [sleeve|hat], and came home with
    everything, even the change.
=
- <happy_end>
- <bedtime> In {his} sleep {he} said, "{Food_a}, {food_b}, {food_c}."

plot soup
=
- <opening> {He} lived with {his} {elder}, and there was not much to eat that winter.
- <opening>
=
- {~Day}, there was nothing in the kitchen but a pot, some water, and one {root}.
- It was a hard winter, and the cupboard was empty except for one {root} and a spider.
=
- {hero} went to {friend}, the {friend.kind} next door. "We have nothing ourselves," said {friend},
    "only a few {greens}."
- {hero} knocked at {friend}'s door. The {friend.kind} opened it a crack. "Nothing here," said
    {friend}. But it smelled of {greens}.
=
- At {other}'s {other.home} it was the same. "Only a bit of [salt|butter]," said {other}, and shut
    the door.
- {other} the {other.kind} hid a [sausage|loaf] under the table. "We have nothing," said {other}.
---
=
- So {hero} put the big pot in the middle of the village square, and made a fire under it.
- Then {hero} had an idea. {He} set up the pot in the street, where everybody could see it.
=
- "What are you cooking?" asked {friend}. "The best soup in the world," said {hero}. "Only a few
    {greens} are missing. But it will do without."
- {He} stirred and sniffed. "Mmm," {he} said. "Almost perfect." {friend} came closer. "What is
    missing?" {friend.he} asked.
=
- {friend} ran home and came back with [an apron|a bowl] full. "I found some after all,"
    {friend.he} said.
- "I could look again," said {friend}, and looked again, and found {number}.
=
- Then {other} came with butter, and the {grown} came with bread, and somebody came with a fiddle.
- One by one they all came, and each had found a little something {nook}.
---
=
- The soup bubbled. It was thick and brown and smelled so good that the dogs sang.
- {hero}'s {elder} put in the {root} last, and then it was ready.
-2
=
- They ate, bowl after bowl. There was enough for everybody, and some was left for the cat.
- The whole village sat at one long table, and {friend} sat next to {other} for the first time in
    years.
=
- "How did you make so much from nothing?" asked {other}. "It was not nothing," said {hero}. "It
    was a little from everybody."
- "What kind of soup is this?" asked {friend}. "{Soup}," said {hero}, "or nearly."
-2
=
- Since then, they cook it every winter, and nobody hides anything. Almost nobody.
- <happy_end>

plot letter
with thing: keepsake, bug2: bug
=
- <two_friends>
=
- {~Day}, {friend} had to move away, over the hills and over the water. The cart was packed, and
    there was no room for {hero}.
- But then {friend}'s family found a new house, far away, in a town by the sea.
=
- "Do not forget me," said {friend}. "How could I?" said {hero}. {He} gave {friend.him} {his}
    {color} {thing}.
- They said goodbye {number} times, and {hero} gave {friend.him} {his} {color} {thing}. Then {he}
    ran after the cart until {his} legs gave out.
=
- Now {place} was too big, and {game} was no game for one.
- At home {he} set the table for two, and then took one plate away.
-2
=
-2
- <comfort>
- <weather>
---
=
- "Write to {friend.him}," said {his} {elder}. "I cannot write well," said {hero}. "Then write
    badly," said {his} {elder}.
- So {hero} took a pencil and wrote. The letters leaned this way and that, like [ducks|old fences].
    "Dear {friend}," it said.
=
- {He} drew a picture of {place}, and {a} {bug}, and put in a leaf that smelled of home.
- {He} wrote about the [goose|rain|new teacher], and left the sad part out, and then put it in
    again.
=
- Then {he} waited. The mail came on Monday, and there was nothing. It came on Tuesday, and there
    was nothing.
- A week went by, and one more. Every morning {hero} looked into the mailbox. There lived only {a}
    {bug2}.
=
-
- "Maybe I am forgotten," said {hero}, and sighed.
---
=
- But then, on a gray [Thursday|Friday], there was a fat letter with a stamp like a
    [whale|lighthouse]. "Dear {hero}," it said.
- Then the {grown} came up the road and waved something white. "From the sea!" called the {grown}.
=
- There was sand in it, and a small shell. "If you hold it to your ear," {friend} wrote, "you can
    hear what I hear."
- "I have a new friend here," {friend} wrote, "but {game} is better with you. The {color} {thing}
    sits by my bed."
=
- {hero} read it {number} times, and then once more to the cat, and then {he} sharpened {his}
    pencil.
- Every week a letter went over the hills, and every week one came back.
-2
=
- And in summer the cart came up the road again, and on it sat {friend}, and {hero} ran so fast
    that {he} lost a shoe.
- A road is long, but a letter has [wings|no feet and walks it anyway].
- <friends_end>

plot boast
=
- <opening>
=
- But {he} had one fault: {he} liked to boast. "I can [jump over the barn|lift a cow|swim to the
    moon]," {he} said.
- "I am [the strongest|the bravest] in the whole world," {he} said every morning at breakfast.
=
- "I once caught a [shark|bear|whale]," {he} told {friend} the {friend.kind}. "It was as big as
    {place}."
- {friend}, {a} {~trait} {friend.kind}, listened to it all. "[Really|Is that so]?" {friend.he}
    said.
=
- "I am afraid of nothing," said {hero}. "[I eat thunder for lunch|Not even of ghosts]!"
- "Show me," said {other}. "Tomorrow," said {hero}. It was always tomorrow.
---
=
- {~Day}, the {grown} came running. "The bull is loose! Who is brave?" All eyes turned to {hero}.
- {~Day}, {a} {pet} had fallen into the well. "{hero} can lift a cow," said {other}. "{He} can
    surely lift {a} {pet}." All eyes turned to {hero}.
- {~Day}, somebody had to fetch the lamp from the dark cellar. "{hero} is afraid of nothing," said
    {other}. All eyes turned to {hero}.
=
- <worry> "I have a sore toe today," {he} said.
- {hero} looked for a [hole|door]. "My [mother|aunt] is calling," {he} said. Nobody was calling.
=
- It got very quiet. {hero}'s ears turned red, as red as [beets|tomatoes].
- "[We are waiting|Go on]," said {other}. {hero} opened {his} mouth, and for once nothing came out.
-2
=
- "It is not true," said {hero} at last. "I cannot do any of it. I only wanted you to like me."
- "I made it all up," {he} whispered. "The biggest thing I ever caught was {a} {bug}."
---
=
- {other} laughed. But {friend} did not. "That was brave," said {friend}, "to say that."
- "[I knew it|We knew it all along]," said {friend}, and took {his} {hand}. "I like you without the
    [whale|thunder]."
=
- "And now let us go together," said {friend}. So they went, {hero} in the middle, and it was not
    so bad with many.
- So they all did it together, with a rope and a lamp and a lot of noise, and {hero} pulled as hard
    as anyone.
=
- When it was done, everybody was dirty and {~happy}, and nobody asked who had been the bravest.
- "You did well," said the {grown}. {hero} wanted to say that it was nothing. "I was scared," {he}
    said.
=
- <friends_end>
- Now {hero} tells only true stories. They are shorter, but people stay to the end.
- <bedtime>

plot small_one
=
- {hero} was the smallest {kind} in the [whole village|whole valley]. {He} had to stand on a box to
    see into a box.
- Once there was {a} {kind} named {hero} who was so small that {he} could [sleep in a slipper|sit
    under a mushroom|bathe in a soup bowl].
=
- "You are too small for {game}," said {other}. "You are too small to help," said the {grown}.
- The others were big. They jumped over the ditch, and {hero} went around. They picked apples, and
    {hero} picked up.
=
- "When will I be big?" {he} asked {his} {elder}. "Bit by bit," said {his} {elder}. {hero} wanted
    it faster, so {he} ate {snack.some} and stretched.
- {He} stood in the rain to grow, like {a} {crop}. {He} only got wet.
-2
=
- "Small is good for something," said {his} {elder}. "For what?" asked {hero}. "We will see."
- <comfort>
-2
---
=
- {~Day}, there was a great cry. {friend} the {friend.kind} had crawled into [a drain|an old pipe]
    and was stuck.
- {~Day}, the great clock in the tower stood still. Without it nobody knew when to [eat|go to bed],
    and nobody was big enough to fix it.
- {~Day}, the key of the bakery fell through a crack in the floor, and there was no bread.
=
- The strong ones pulled. The tall ones reached. The clever ones [talked|made plans]. Nothing
    helped.
- {other} tried with {other.his} {other.hand}. It did not fit. The {grown} tried with a stick. It
    broke.
=
- "Let me try," said a small voice. They looked around, and then they looked down. It was {hero}.
- "I fit," said {hero}. Nobody heard it. "I fit!" {he} shouted.
=
- They tied a string around {his} belly, and in {he} went. It was dark and narrow and smelled of
    [rust|old cheese].
- {He} breathed in and slipped through. <worry>
---
=
- It took {number} minutes, and they were long ones. Then there was a [click|clank], and a cheer,
    and out came {hero}, as black as soot.
- Inside {he} pushed here and pulled there, until something gave way. "Done!" {he} called.
=
- They lifted {him} up so high that {he} could see over all the roofs. "It is nice up here," said
    {hero}, "but a bit windy."
- "Well," said {other}, and went red. "You were just big enough."
=
- And they asked {him} to play {game}, and nobody said that {he} was too small.
- The {grown} gave {him} {cake}, and it was bigger than {he} was.
-2
=
- <happy_end>
- {He} still stands on a box to see into a box. But {he} does not mind it anymore.
- There is always something that only a small one can do.
"""
