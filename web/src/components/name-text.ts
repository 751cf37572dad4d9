/** Distinguished names in tables: a space after each comma, so that lines break between attributes. */

/** RFC 4514 text made readable; commas inside a value stay as they are. */
export function nameText(name: string): string {
  return name.replace(/([^\\]),(?=[A-Za-z0-9.]+=)/g, '$1, ');
}
