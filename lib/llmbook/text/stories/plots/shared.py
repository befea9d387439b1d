"""Beats that many plots share: beginnings, weather, meals, meetings, memories, last lines."""

SOURCE = r"""
# Ways to begin: each names the hero and says what kind of creature it is.
@opening
-3 Once upon a time there was {a} {~trait} {kind} [named|called] {hero}.
-2 Once there was {a} [little|young|small] {kind} [named|called] {hero}. {He} was so {~trait} that
    [everybody knew {him}|even the birds talked about it].
- {hero} was {a} {~trait} {kind} who [could not sit still|asked a hundred questions a day|loved
    stories more than cake|always wore odd socks|hummed all day long|collected round stones].
- In a [little|crooked|cozy|blue] {home} at the [edge|end] of the [village|valley|wood] lived {a}
    {~trait} {kind} [named|called] {hero}.
- This is the story of {hero}, {a} {~trait} {kind}[, and of a day that nobody forgot| with a big
    heart| with very big plans|].
- "[Wake up|Good morning|Rise and shine], {hero}!" {his} {elder} called every day. And every day
    the {~trait} {kind} [opened one eye|yawned like a lion|jumped out of bed|hid under the
    blanket].
- Do you know {hero} the {kind}? [No|Not yet]? Then listen.
- Everybody in the [village|valley|town] knew {hero}, the {~trait} [young |little |]{kind}.
- There was never {a} {kind} as {~trait} as {hero}. [Even {his} {elder} said so.|At least, that is
    what {his} {elder} said.]
- Far away, [behind seven hills|where the river bends|near the sea|beyond the old mill road], lived
    {a} {kind} named {hero}. {He} was as {~trait} as [can be|the day is long].
- When {hero} the {kind} woke up, [the sun always tickled {his} nose|the same bird always sang at
    the window|the {home} always smelled of toast|one sock was always missing].
- Of all the [children|young ones] in the [village|valley], none was as {~trait} as {hero} the
    {kind}.

# The same for two friends.
@two_friends
-2 {hero} the {kind} and {friend} the {friend.kind} were [best friends|the best of friends|friends
    from the very first day]. They did everything together.
- Once there were two friends, {a} {~trait} {kind} named {hero} and {a} {~trait} {friend.kind}
    named {friend}.
- Where {hero} the {kind} went, {friend} the {friend.kind} went too. They were [like two shoes|like
    bread and butter|never apart for long].
- {A} {kind} and {a} {friend.kind} can be friends, and {hero} and {friend} were.
- Everybody knew that {hero} the {kind} had one best friend. It was {friend}, the {~trait}
    {friend.kind} from [next door|across the road|the other side of the hill].
- {hero} the {kind} lived [on one side of the road, and {friend} the {friend.kind} lived on the
    other|at the top of the hill, and {friend} the {friend.kind} lived at the bottom]. They met
    every day.

@weather
- The sun [shone|was warm], and [white|small] clouds sailed [by|over the hills] like sheep.
- A [soft|light|playful] wind [played with the leaves|smelled of [hay|flowers|bread]].
- It had rained in the night, and [every puddle held a piece of sky|the whole world smelled clean].
- The sky was as blue as a [plate|new button|robin's egg].
- [Bees hummed in the clover|A lark sang high above the fields|Frogs sang in the ditch].

@meal
- First {he} ate {snack.some}, because [nobody can think with an empty belly|{his} belly growled
    like a bear].
- {His} {elder} had packed {snack.some}, and {hero} ate {snack.it} [all up|to the last crumb|on the
    way].
- At noon {hero} sat down and ate {snack.some}. [A sparrow got the crumbs.|It helped a
    little.|Everything looks better after lunch.]

@meeting
- On the way {he} met {a} {bug}. "[Good day|Hello|Where are you going]?" {he} asked, but the {bug}
    [was in a hurry|said nothing|only waved a leg].
- On the way {he} passed the {grown}, who [waved|nodded|whistled a tune].
- {A} {bug} sat on a [leaf|stone|fence post] and [watched|looked at] {him}. "[Wish me luck|Not
    now]," said {hero}.
- A [fat|proud|bossy] goose stood in the way and hissed. {hero} [made a deep bow|walked around
    it|hissed back], and [on {he} went|the goose let {him} pass].

@memory
- {He} thought of what {his} {elder} always said: "[Slow and steady|One step at a time|Try once
    more|Where there is a will, there is a way]."
- {He} remembered how {his} {elder} once [told {him} not to give up|said that even the moon starts
    small].
- {hero} remembered [a story about a brave little snail|the day {he} learned to walk|an old song],
    and [that made {him} smile|it gave {him} courage].

@comfort
- "[Do not be sad|Dry your tears|Never mind]," said {his} {elder}, and gave {him} a [big|long|warm]
    hug.
- {His} {elder} [sat down beside {him}|took {his} {hand}|put an arm around {him}] and said nothing
    at all. [That was just right.|It helped.]

@worry
- {His} heart beat [fast|like a drum|so loud that {he} could hear it].
- {hero} [swallowed hard|took a deep breath|counted to {number}].
- {His} knees [shook|felt like jelly|trembled].

@bedtime
- That night {hero} [fell asleep|went to bed] with a smile.
- In bed that night, {he} told {his} {elder} [everything|the whole story twice].
- When the [moon came up|stars came out], {hero} was already [asleep|snoring|dreaming].

@friends_end
- From that day on, {hero} and {friend} were [the best of friends|friends for good|never far
    apart].
- And {hero} and {friend} [walked home side by side|laughed all the way home|shook hands on it].
- Now, whenever {hero} and {friend} meet, they [laugh about that day|think of that day and smile].
- And if you listen well, you can still hear {hero} and {friend} laughing.

@happy_end
- It was [the best day of the year|a day to remember|a very good day].
- And nobody in the whole [village|valley|world] was as {~happy} as {hero} the {kind}.
- {hero} [smiled|hummed|skipped] all the way home.
- And that was that. [The end.|Good night!]
"""
