/** What the user gave cannot be used: the message says what is wrong and what would be right. */
export class Unusable extends Error {}
