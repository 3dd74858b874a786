// An excerpt is of a page's text: Sphinx would begin with the buttons above it.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // not the search page
  const ofSphinx = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const main = page.querySelector('[role="main"]');
    const article = page.querySelector("article");
    if (main && article) main.replaceChildren(article);
    const text = ofSphinx(page.documentElement.outerHTML, anchor);
    return text.replace(/\\[()[\]]/g, "").replace(/\s+/g, " ").trim();
  };
});
