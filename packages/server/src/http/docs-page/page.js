// Shows one OpenAPI document in Swagger UI and switches between them without a reload, so that a key that was entered stays.
const links = [...document.querySelectorAll('nav [data-document]')];
const notice = document.querySelector('#notice');
/** Where Tessera is: requests go to where this page came from, also when PUBLIC_URL names another address. */
const here = new URL('.', document.baseURI).href.replace(/\/$/, '');
let swagger;

for (const link of links) {
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    show(link);
  });
}
addEventListener('popstate', () => show(chosen()));
show(chosen());

function chosen() {
  const name = new URLSearchParams(location.search).get('api');
  return links.find((link) => link.dataset.name === name) ?? links[0];
}

async function show(link) {
  if (link.getAttribute('aria-current') === 'page') return;
  for (const other of links) other.removeAttribute('aria-current');
  link.setAttribute('aria-current', 'page');
  notice.hidden = true;
  try {
    const spec = await read(link.dataset.document);
    if (link.getAttribute('aria-current') === 'page') render(spec);
  } catch (error) {
    notice.textContent = `${link.dataset.document} cannot be read: ${error.message}`;
    notice.hidden = false;
    link.removeAttribute('aria-current'); // so that another click tries again
  }
}

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const spec = await response.json();
  if (spec.servers.every(({ url }) => url !== here))
    spec.servers.unshift({ url: here, description: 'where this page came from' });
  return spec;
}

function render(spec) {
  if (swagger) {
    swagger.specActions.updateSpec(JSON.stringify(spec));
    return;
  }
  swagger = SwaggerUIBundle({
    spec,
    dom_id: '#api',
    deepLinking: true,
    defaultModelExpandDepth: 0,
    defaultModelRendering: 'model',
    displayRequestDuration: true,
    docExpansion: 'list',
    showExtensions: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
}
