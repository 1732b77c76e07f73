import { Type } from 'typebox';
import type { Route } from '#http/route.ts';
import { readEvidenceFile } from '#operations/evidence/read-file.ts';
import { evidenceParams } from './evidence-routes.ts';
import { problemResponses } from './responses.ts';

const endings: Record<string, string> = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' };

/** What customers sent: for reviewers, and only ever as a download. */
export const evidenceFiles: Route[] = [
  {
    method: 'GET',
    path: '/evidence-requests/:id/files/:fileId',
    operationId: 'downloadEvidenceFile',
    summary: 'Download a file that was sent as proof',
    description:
      'Always an attachment of unnamed type: what it is, `files` says. Strangers made it, so open it with care.',
    tag: 'Evidence',
    scope: 'evidence:review',
    params: Type.Object({ ...evidenceParams.properties, fileId: Type.String({ description: 'id of the file' }) }),
    responses: {
      200: { description: 'The file', contentType: 'application/octet-stream', headers: ['Content-Disposition'] },
      ...problemResponses(),
    },
    handler: async ({ store, actor, params, evidence }) => {
      const { id, fileId } = params as { id: string; fileId: string };
      const { bytes, contentType } = await readEvidenceFile(store, actor, { evidenceId: id, fileId }, evidence);
      const name = `evidence-${fileId}.${endings[contentType] ?? 'bin'}`;
      return {
        status: 200,
        headers: {
          'Content-Disposition': `attachment; filename="${name}"`,
          // Should a browser come to show it in spite of all: nothing in it runs or loads anything.
          'Content-Security-Policy': "sandbox; default-src 'none'",
          'Cross-Origin-Resource-Policy': 'same-origin',
        },
        contentType: 'application/octet-stream',
        raw: bytes,
      };
    },
  },
];
