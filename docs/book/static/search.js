// An excerpt is of a page's prose: Sphinx would show the buttons above it, and code.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // not the search page
  const ofSphinx = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const main = page.querySelector('[role="main"]');
    const article = page.querySelector("article");
    if (main && article) main.replaceChildren(article);
    for (const cell of page.querySelectorAll(".cell_input, .cell_output")) cell.remove();
    const text = ofSphinx(page.documentElement.outerHTML, anchor);
    // Of a formula's commands the name says most: \lambda.
    const plain = text.replace(/\\[()[\]]/g, "").replace(/\\(?=[a-z])/gi, "");
    return plain.replace(/\s+/g, " ").trim();
  };
});
