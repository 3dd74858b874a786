// What the theme leaves to be desired for people who use a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // A button is called what is written on it.
  for (const button of document.querySelectorAll(".search-button-field")) {
    button.removeAttribute("aria-label");
  }
  // The empty corner of a table heads nothing; a formula has a name that can be read.
  for (const head of document.querySelectorAll("th")) {
    const text = head.textContent.replace(/\\[()]/g, "").trim();
    if (!text) {
      head.replaceWith(document.createElement("td"));
    } else if (head.querySelector(".math")) {
      const name = document.createElement("span");
      name.className = "visually-hidden";
      name.textContent = text;
      head.append(name);
    }
  }
  const sidebar = document.querySelector("#pst-primary-sidebar");
  if (sidebar) {
    sidebar.setAttribute("role", "navigation");
    sidebar.setAttribute("aria-label", "The course");
  }
});
