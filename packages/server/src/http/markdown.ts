/**
 * Renders the Markdown that our own documentation uses: headings, paragraphs, lists, fenced code, and within text `code`, bold and
 * links. Everything under a second-level heading becomes a section whose id is the heading's text.
 */
export function renderMarkdown(text: string): string {
  const [introduction = '', ...sections] = text.split(/^## /m);
  return renderBlocks(introduction) + sections.map(renderSection).join('');
}

function renderSection(text: string): string {
  const [heading = '', ...lines] = text.split('\n');
  const id = escapeHtml(heading.trim());
  return `<section id="${id}">\n<h2><a href="#${id}">${id}</a></h2>\n${renderBlocks(lines.join('\n'))}</section>\n`;
}

function renderBlocks(text: string): string {
  // Fenced code first: blank lines inside it separate nothing.
  return text
    .split(/^(```[a-z]*\n[\s\S]*?^```)$/m)
    .flatMap((part) => (part.startsWith('```') ? [renderCode(part)] : part.split(/\n{2,}/).map(renderBlock)))
    .join('');
}

function renderCode(block: string): string {
  return `<pre><code>${escapeHtml(block.slice(block.indexOf('\n') + 1, -3))}</code></pre>\n`;
}

function renderBlock(block: string): string {
  const lines = block.trim();
  if (lines === '') return '';
  if (lines.startsWith('# ')) return `<h1>${renderText(lines.slice(2))}</h1>\n`;
  if (lines.startsWith('- ')) {
    const items = lines.slice(2).split(/\n- /);
    return `<ul>\n${items.map((item) => `<li>${renderText(item)}</li>\n`).join('')}</ul>\n`;
  }
  return `<p>${renderText(lines)}</p>\n`;
}

function renderText(text: string): string {
  // Code first: what it contains is not Markdown.
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') ? `<code>${escapeHtml(part.slice(1, -1))}</code>` : renderEmphasis(escapeHtml(part)),
    )
    .join('');
}

function renderEmphasis(html: string): string {
  return html
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '<a href="$2">$1</a>');
}

/** Text as the content of an element or of a quoted attribute. */
export function escapeHtml(text: string): string {
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => escapes[character] as string);
}
