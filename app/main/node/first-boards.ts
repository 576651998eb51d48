/** The boards that a new community begins with. */
export const firstBoards = [
  {
    slug: 'front-desk',
    name: 'Front desk',
    description: 'Say hello, ask how things work.',
    postRole: 'member',
  },
  { slug: 'general', name: 'General', description: 'Whatever has no board of its own.', postRole: 'member' },
  { slug: 'news', name: 'News', description: 'From those who run this place.', postRole: 'moderator' },
] as const;
