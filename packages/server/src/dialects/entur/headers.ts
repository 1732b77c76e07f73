/** Request headers of every route. */
export const common = {
  'ET-Client-Name': 'who calls: `<company>-<application>`; without it the limits are low',
};

/** Of routes that take a condition. */
export const conditional = { ...common, 'If-Match': '' };
