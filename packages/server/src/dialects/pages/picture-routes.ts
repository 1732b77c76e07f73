import type { Route } from '#http/route.ts';
import { type PictureFormat, pictureFormats } from '#operations/access-passes/link.ts';
import { showPicture } from '#operations/access-passes/show-picture.ts';

const mediaTypes: Record<PictureFormat, string> = { png: 'image/png', svg: 'image/svg+xml' };
const text = { contentType: 'text/plain' };

/** The picture of a pass; the ending of its address says in which format. */
export const pictureRoutes: Route[] = pictureFormats.map((format) => ({
  method: 'GET',
  path: `/passes/:token.${format}`,
  operationId: `showPass_${format}`,
  summary: `Show the picture of a pass as ${format.toUpperCase()}`,
  tag: 'Pictures',
  scope: null,
  // Mail programs and proxies for pictures append parameters of their own.
  looseQuery: true,
  responses: {
    200: { description: 'The picture', contentType: mediaTypes[format] },
    400: { description: 'The request cannot be understood', ...text },
    404: { description: 'No such link, or the pass is no longer in use', ...text },
    429: { description: 'Too many requests', ...text },
    500: { description: 'Unexpected error', ...text },
    503: { description: 'Temporarily unavailable', ...text },
  },
  handler: async ({ store, params, request }) => {
    const { organisationSlug: slug } = request.params as { organisationSlug?: string };
    const picture = await showPicture(store, { token: params.token as string, slug }, format);
    return {
      status: 200,
      headers: { 'Cache-Control': 'private, max-age=300' },
      contentType: mediaTypes[format],
      raw: picture,
    };
  },
}));
