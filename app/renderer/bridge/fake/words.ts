/** Words for the posts of the sample community. */
export const subjects = [
  'Storm on Tuesday: who has spare berths?',
  'Photos of the 1994 modem rack',
  'Release 1.2 of the tide door',
  'Sunday watch, agenda',
  'Welcome, dock9',
  'Tide tables for the new year',
  'Who else still has a working Courier?',
  'Fog horn schedule moved by ten minutes',
  'Lost: one green mooring line',
  'The lantern node is back after the move',
  'Reading list for long crossings',
  'What do you run on a Pi these days?',
  'Engine trouble off the north pier',
  'Minutes of the last meeting',
  'Looking for the 1996 phone list',
  'How do you label your cables?',
  'Door games worth saving',
  'A map of the old telephone exchange',
  'Ferry times over the holidays',
  'Quiet hours on the quay',
] as const;

export const sentences = [
  'The harbour master asked for numbers before noon, so answer here rather than by phone.',
  'I measured it twice and got the same figure, which surprised me as much as it will surprise you.',
  'There is room for two more at the east wall if you do not mind a short walk.',
  'The manual says otherwise, but the manual was written for the revision before ours.',
  'I kept the original tapes; they still read, apart from the last few minutes.',
  'Nobody has complained since, and that is the best sign we have.',
  'It rains in through the same window as last year.',
  'We should write this down somewhere people will find it.',
  'The light on the breakwater is out again and the part comes on Friday.',
  'My connection drops at the turn of the tide, which can hardly be the cause.',
  'Bring your own mug, the good ones are all spoken for.',
  'I would rather fix the cable than buy another switch.',
] as const;

export const chatLines = [
  'evening all',
  'wind is picking up out here',
  'the lantern node caught up in four minutes, not bad',
  'anyone near the east wall?',
  'I can see the ferry from my window',
  'kettle is on',
  'that search found a post of mine from 1994',
  'who has the key to the shed',
  'back in ten',
  'the tide door hangs when you enter minus one',
  'fixed, thank you',
  'good night then',
] as const;

export const snippets = [
  '```\nATZ\nOK\nATDT 5550142\nCONNECT 14400\n```',
  '- east wall: two berths\n- north pier: none until Thursday\n- pontoon C: ask **Ines K**',
  'See [the tide tables](https://example.org/tides) and compare with what we had in *March*.',
  '| Pier | Depth | Free |\n| --- | ---: | ---: |\n| East | 3.2 m | 2 |\n| North | 4.1 m | 0 |',
] as const;

export const archived = [
  'On Tue, 14 Nov 1995, J. Harbour wrote:\n> > Has anybody tried the new firmware?\n> I have, and it answers on the second ring now.\nSame here. The register to set is S0.\n\n--\nsent from the mail gate',
  '\u001b[1;36mNIGHT FERRY BBS\u001b[0m  \u001b[33mnode 2\u001b[0m  14400 bps\n\u001b[32mNo carrier lost since Monday.\u001b[0m\n\nPlease keep your uploads under one floppy.',
  'I am looking for the pinout of the card in the attached picture.\n\n> It is the one with the blue edge.\n\nThe blue edge is the old one. Mine is green.',
] as const;
