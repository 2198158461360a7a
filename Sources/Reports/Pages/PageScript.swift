// What a page does beyond reading: sliders over frames, cells that tell about themselves, the section in view marked.

enum PageScript {
    /// The whole script; the same for every page. It reads only what is in the page and writes only text.
    static let text = #"""

        "use strict";
        const make = (name, properties, ...children) => {
          const element = Object.assign(document.createElement(name), properties);
          element.append(...children);
          return element;
        };

        for (const frames of document.querySelectorAll(".frames")) {
          const choices = [...frames.querySelectorAll(":scope > input")];
          if (choices.length < 2) continue;
          const labels = choices.map((choice) => choice.nextElementSibling.textContent);
          const title = frames.querySelector(".frames-title").textContent;
          const slider = make("input", { type: "range", min: 0, max: choices.length - 1, step: 1 });
          slider.setAttribute("aria-label", title);
          const label = make("output", {});
          const button = make("button", { type: "button", textContent: "Play" });
          let timer = 0;
          const show = (index) => {
            choices[index].checked = true;
            slider.value = index;
            label.textContent = labels[index];
            slider.setAttribute("aria-valuetext", labels[index]);
          };
          const stop = () => {
            clearInterval(timer);
            timer = 0;
            button.textContent = "Play";
          };
          slider.addEventListener("input", () => { stop(); show(+slider.value); });
          button.addEventListener("click", () => {
            if (timer) return stop();
            button.textContent = "Pause";
            if (+slider.value === choices.length - 1) show(0);
            timer = setInterval(() => {
              const next = +slider.value + 1;
              if (next === choices.length) return stop();
              show(next);
            }, 700);
          });
          frames.querySelector(".frames-title").after(make("div", { className: "player" }, button, slider, label));
          frames.classList.add("live");
          show(choices.findIndex((choice) => choice.checked));
        }

        for (const explorer of document.querySelectorAll(".explorer")) {
          const data = JSON.parse(explorer.querySelector("script").textContent);
          const picture = explorer.querySelector(".picture > svg");
          const readout = explorer.querySelector(".readout");
          const cells = new Map();
          for (const cell of picture.querySelectorAll("[data-cell]")) {
            cells.set(+cell.dataset.cell, cell);
            cell.querySelector("title").remove();
          }
          picture.querySelector("title").remove();
          picture.setAttribute("tabindex", "0");
          picture.setAttribute("role", "application");
          const outline = document.createElementNS("http://www.w3.org/2000/svg", "path");
          outline.setAttribute("class", "chosen");
          picture.querySelector(".map").append(outline);
          const hint = readout.querySelector(".hint");
          hint.textContent =
            "Point at a cell, or tap it; with the map in focus, the arrow keys walk from cell to cell.";
          let centers = null;
          let current = -1;
          const show = (index) => {
            if (index === current) return;
            current = index;
            const cell = cells.get(index);
            outline.setAttribute("d", cell.getAttribute("d"));
            outline.setAttribute("stroke-width", 2.2 * parseFloat(picture.querySelector(".map").getAttribute("viewBox").split(" ")[2]) / 440);
            const swatch = make("span", { className: "swatch" });
            swatch.style.background = cell.getAttribute("fill");
            const list = make("dl", {});
            data.columns.forEach((name, i) => list.append(make("dt", { textContent: name }), make("dd", { textContent: data.rows[index][i] })));
            readout.replaceChildren(make("p", { className: "readout-title" }, swatch, `Cell ${index}`), list, hint);
          };
          const point = (event) => {
            const cell = event.target.closest("[data-cell]");
            if (cell) show(+cell.dataset.cell);
          };
          picture.addEventListener("pointermove", point);
          picture.addEventListener("pointerdown", point);
          const center = (cell) => {
            const box = cell.getBBox();
            return [box.x + box.width / 2, box.y + box.height / 2];
          };
          const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
          picture.addEventListener("keydown", (event) => {
            const direction = directions[event.key];
            if (!direction || cells.size === 0) return;
            event.preventDefault();
            centers ??= [...cells].map(([index, cell]) => [index, center(cell)]);
            if (current < 0) return show(centers[0][0]);
            const from = center(cells.get(current));
            let best = -1;
            let least = Infinity;
            for (const [index, to] of centers) {
              const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
              const along = dx * direction[0] + dy * direction[1];
              const across = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
              if (index === current || along <= 0 || across > along) continue;
              const distance = along + 2 * across;
              if (distance < least) [best, least] = [index, distance];
            }
            if (best >= 0) show(best);
          });
          if (cells.has(data.initial)) show(data.initial);
        }

        for (const surface of document.querySelectorAll(".surface")) {
          const data = JSON.parse(surface.querySelector("script").textContent);
          const picture = surface.querySelector(".picture > svg");
          const group = picture.querySelector(".facets");
          const paths = [];
          for (const path of group.children) paths[+path.dataset.facet] = path;
          const part = (name) => picture.querySelector("." + name);
          const corners = [...picture.querySelectorAll(".corner")];
          let { azimuth, elevation } = data;
          const draw = () => {
            const [a, e] = [azimuth * Math.PI / 180, elevation * Math.PI / 180];
            const across = (x, y) => x * Math.cos(a) - y * Math.sin(a);
            const depth = (x, y) => x * Math.sin(a) + y * Math.cos(a);
            const paper = (x, y, z) => [
              data.origin[0] + data.scale * across(x, y),
              data.origin[1] - data.scale * (depth(x, y) * Math.sin(e) + z * Math.cos(e)),
            ];
            const line = (points) => "M" + points.map((p) => p[0].toFixed(2) + " " + p[1].toFixed(2)).join("L");
            const place = (label, [x, y]) => { label.setAttribute("x", x.toFixed(2)); label.setAttribute("y", y.toFixed(2)); };
            // From the far facets to the near ones: the cell to the left of a side that runs to the right is the farther one.
            const followers = paths.map(() => []);
            const waiting = paths.map(() => 0);
            for (const [left, right, x, y] of data.sides) {
              const run = across(x, y);
              if (run === 0) continue;
              followers[run > 0 ? left : right].push(run > 0 ? right : left);
              waiting[run > 0 ? right : left] += 1;
            }
            const ready = paths.map((_, index) => index).filter((index) => waiting[index] === 0);
            const order = [];
            while (ready.length > 0) {
              const facet = ready.pop();
              order.push(paths[facet]);
              for (const near of followers[facet]) if (--waiting[near] === 0) ready.push(near);
            }
            group.append(...order);
            data.facets.forEach((facet, index) => {
              const points = [];
              for (let i = 0; i < facet.length; i += 3) points.push(paper(facet[i], facet[i + 1], facet[i + 2]));
              paths[index].setAttribute("d", points.length > 0 ? line(points) + "z" : "");
            });
            part("floor").setAttribute("d", line(data.floor.map(([x, y]) => paper(x, y, 0))) + "z");
            const left = data.floor.reduce((best, p) => across(...p) < across(...best) ? p : best);
            const [foot, head] = [paper(...left, 0), paper(...left, data.top)];
            part("upright").setAttribute("d", line([foot, head]));
            place(part("high"), [head[0] - 4, head[1] + 4]);
            place(part("low"), [foot[0] - 4, foot[1] - 8]);
            const back = data.floor.reduce((best, p) => depth(...p) > depth(...best) ? p : best);
            corners.forEach((label, index) => {
              const [x, y] = data.floor[index];
              const at = paper(1.1 * x, 1.1 * y, 0);
              place(label, [at[0], at[1] + 14]);
              label.setAttribute("visibility", data.floor[index] === back ? "hidden" : "visible");
            });
          };
          const turn = (across, up) => {
            azimuth += across;
            elevation = Math.min(85, Math.max(5, elevation + up));
            draw();
          };
          let from = null;
          picture.setAttribute("tabindex", "0");
          picture.addEventListener("pointerdown", (event) => {
            from = [event.clientX, event.clientY];
            picture.setPointerCapture(event.pointerId);
          });
          picture.addEventListener("pointermove", (event) => {
            if (!from) return;
            turn((event.clientX - from[0]) * -0.5, (event.clientY - from[1]) * 0.35);
            from = [event.clientX, event.clientY];
          });
          const release = () => { from = null; };
          picture.addEventListener("pointerup", release);
          picture.addEventListener("pointercancel", release);
          const turns = { ArrowLeft: [6, 0], ArrowRight: [-6, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] };
          picture.addEventListener("keydown", (event) => {
            if (!turns[event.key]) return;
            event.preventDefault();
            turn(...turns[event.key]);
          });
          surface.querySelector("figure").append(
            make("p", { className: "hint", textContent: "Drag it, or use the arrow keys while it is in focus, to turn it." }));
        }

        const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
        const mark = () => {
          const sections = [...document.querySelectorAll("main > section")];
          const current = sections.filter((section) => section.getBoundingClientRect().top < innerHeight * 0.35).pop() ?? sections[0];
          for (const [anchor, link] of links) {
            if (current && decodeURIComponent(anchor) === current.id) link.setAttribute("aria-current", "true");
            else link.removeAttribute("aria-current");
          }
        };
        addEventListener("scroll", mark, { passive: true });
        mark();

        """#
}
