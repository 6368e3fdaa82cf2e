// Draws the figures in the chosen language, switches language and variant, and fits the figures to paper for printing.
(function () {
  "use strict";
  const report = JSON.parse(document.getElementById("report-data").textContent);
  const root = document.documentElement;
  const TOOLBAR_WIDTH = 600;  // pixels below which plotly's toolbar would cover the legend
  const PRINT_WIDTH = 665;  // pixels of an A4 page between its margins
  const chosen = {};
  let language = root.dataset.language;
  let printing = false;

  for (const code of Object.keys(report.dates)) {
    const decimal = code === "nl" ? ",." : ".,";
    Plotly.register({moduleType: "locale", name: code === "en" ? "en-GB" : code, dictionary: {}, format: Object.assign({
      date: "%d-%m-%Y", decimal: decimal[0], thousands: decimal[1], grouping: [3], currency: ["€", ""], year: "%Y", month: "%b %Y", dayMonth: "%-d %b", dayMonthYear: "%-d %b %Y",
    }, report.dates[code])});
  }

  // An object with exactly the keys nl and en stands for a value by language.
  function resolve(value) {
    if (Array.isArray(value)) {
      return typeof value[0] === "object" && value[0] !== null ? value.map(resolve) : value;
    }
    if (value === null || typeof value !== "object") {
      return value;
    }
    const keys = Object.keys(value);
    if (keys.length === 2 && "nl" in value && "en" in value) {
      return value[language];
    }
    return Object.fromEntries(keys.map((key) => [key, resolve(value[key])]));
  }

  function draw(plot) {
    const key = plot.dataset.chart;
    const figure = resolve(report.charts[key][chosen[key] || 0]);
    figure.layout.separators = language === "nl" ? ",." : ".,";
    if (printing) {
      const column = plot.closest(".grid");
      const count = column ? (column.classList.contains("columns-3") ? 3 : 2) : 1;
      figure.layout.height = Math.round(0.88 * figure.layout.height);
      plot.style.minHeight = "0";
      figure.layout.width = Math.floor((PRINT_WIDTH - 14 * (count - 1)) / count);
    } else {
      figure.layout.autosize = true;
      plot.style.minHeight = figure.layout.height + "px";
    }
    const settings = {
      locale: language === "en" ? "en-GB" : language, responsive: true, displaylogo: false, scrollZoom: false, doubleClick: "reset",
      displayModeBar: plot.clientWidth < TOOLBAR_WIDTH ? false : "hover",
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
      toImageButtonOptions: {format: "svg", filename: key},
    };
    // A change of locale is only taken by a new plot.
    Plotly.purge(plot);
    return Plotly.newPlot(plot, figure.data, figure.layout, settings);
  }

  function drawAll() {
    return Promise.all(Array.from(document.querySelectorAll(".plot"), draw));
  }

  function setLanguage(code) {
    language = code;
    root.lang = code;
    root.dataset.language = code;
    document.title = report.title[code];
    for (const button of document.querySelectorAll(".switch button")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === code));
    }
    for (const element of document.querySelectorAll("[data-label-nl]")) {
      element.setAttribute("aria-label", element.getAttribute("data-label-" + code));
    }
    return drawAll();
  }

  for (const button of document.querySelectorAll(".switch button")) {
    button.addEventListener("click", () => setLanguage(button.dataset.language));
  }
  for (const input of document.querySelectorAll(".choices input")) {
    input.addEventListener("change", () => {
      chosen[input.dataset.chart] = Number(input.value);
      draw(document.getElementById("plot-" + input.dataset.chart));
    });
  }

  // The section in view is marked in the navigation.
  const links = new Map(Array.from(document.querySelectorAll("nav a"), (link) => [link.getAttribute("href").slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        links.forEach((link, key) => (key === entry.target.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
      }
    }
  }, {rootMargin: "-10% 0px -75% 0px"});
  document.querySelectorAll("main > section").forEach((section) => watcher.observe(section));

  // Folded parts belong on paper too; they are folded again afterwards.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    printing = true;
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((part) => { part.open = true; });
    drawAll();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    opened.forEach((part) => { part.open = false; });
    drawAll();
  });

  drawAll().then(() => { root.dataset.ready = "true"; });
})();
