// look tells what is wrong with the pages in the frames, as JSON in an element of its own.
function look() {
	const found = [];
	for (const frame of document.querySelectorAll("iframe")) {
		for (const finding of lookAt(frame)) found.push(`${frame.width} pixels wide: ${finding}`);
	}
	const said = document.createElement("pre");
	said.id = "said";
	said.textContent = JSON.stringify(found.slice(0, 50));
	document.body.replaceChildren(said);
}

function lookAt(frame) {
	const doc = frame.contentDocument, found = [];
	for (const details of doc.querySelectorAll("details")) details.open = true;

	const page = doc.documentElement;
	if (page.scrollWidth > page.clientWidth) {
		found.push(`the content is wider than the page: ${page.scrollWidth} of ${page.clientWidth} pixels`);
	}

	// The part of a text that is seen: where it scrolls, the rest isn't.
	function seen(rect, element) {
		let {left, right, top, bottom} = rect;
		const box = element.closest(".scroll");
		if (box) {
			const edge = box.getBoundingClientRect();
			left = Math.max(left, edge.left), right = Math.min(right, edge.right);
		}
		return {left, right, top, bottom};
	}

	const texts = [];
	const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const element = node.parentElement, text = node.data.trim();
		if (!text || element.closest("script, style")) continue;
		const svg = element.closest("svg");
		const range = doc.createRange();
		range.selectNodeContents(node);
		const rects = svg ? [element.getBoundingClientRect()] : range.getClientRects();
		for (const r of rects) {
			const rect = seen(r, element);
			if (rect.right - rect.left < 1) continue;
			texts.push({text, rect});
			if (!svg) continue;
			const plot = svg.getBoundingClientRect();
			if (rect.left < plot.left - 1 || rect.right > plot.right + 1 || rect.top < plot.top - 1 || rect.bottom > plot.bottom + 1) {
				found.push(`"${text}" leaves its plot`);
			}
		}
	}

	// Boxes of text have some air above and below.
	const air = 2;
	texts.sort((a, b) => a.rect.top - b.rect.top);
	for (let i = 0; i < texts.length; i++) {
		const a = texts[i];
		for (let j = i + 1; j < texts.length && texts[j].rect.top < a.rect.bottom - air; j++) {
			const b = texts[j];
			const across = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
			const down = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
			if (across > 1 && down > air) found.push(`"${a.text}" and "${b.text}" overlap`);
		}
	}
	return found;
}
