/** Text without control characters and halves of characters: what every database keeps as it is, and every terminal shows. */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u;
