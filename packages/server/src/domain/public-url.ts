// As in OpenActive's validator: hosts of several labels with a top-level domain of letters, `localhost`, usable IPv4 addresses.
const form =
  /^https?:\/\/(localhost|([1-9]\d?|1\d\d|2[01]\d|22[0-3])(\.(1?\d{1,2}|2[0-4]\d|25[0-5])){2}\.([1-9]\d?|1\d\d|2[0-4]\d|25[0-4])|([a-z0-9\u00a1-\uffff]([a-z0-9\u00a1-\uffff-]{0,61}[a-z0-9\u00a1-\uffff])?\.)+[a-z\u00a1-\uffff]{2,})(:\d{2,5})?([/?#]\S*)?$/i;

/** The validator takes these for the name of a property. */
const vocabularyTerm = /^https:\/\/(openactive\.io|schema\.org)\/\w+$/;

/** Whether OpenActive's validator takes the text for a URL; whatever stands in an `@id` or `url` must be one (openactive.md 1.2, 3.9). */
export function isPublicUrl(text: string): boolean {
  return form.test(text) && !vocabularyTerm.test(text);
}
