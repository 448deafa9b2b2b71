// A made-up desktop with something going on in each window, for a demo screen that is worth watching.

const LOG_LINES = 32;
const CHART_POINTS = 60;
const CHART = { width: 520, height: 170 };
const ROWS = 9;
const CITIES = ['Lisbon', 'Ghent', 'Turin', 'Malmö', 'Kraków', 'Cork', 'Graz'];
const STATES = ['packed', 'on its way', 'delivered'];
const PATHS = ['/cart', '/checkout', '/products/418', '/search?q=lamp', '/account', '/img/7731.webp'];

const element = (id) => document.getElementById(id);
const below = (limit) => Math.floor(Math.random() * limit);
const oneOf = (list) => list[below(list.length)];
const timeOfDay = () => new Date().toLocaleTimeString('en-GB');

function appendLogLine() {
  const slow = below(12) === 0;
  const line = document.createElement('li');
  line.className = slow ? 'warn' : '';
  const durationMs = slow ? 800 + below(900) : 8 + below(90);
  line.textContent = `${timeOfDay()}  200  GET ${oneOf(PATHS).padEnd(18)} ${String(durationMs).padStart(5)} ms${slow ? '  slow' : ''}`;
  element('log').append(line);
  if (element('log').childElementCount > LOG_LINES) element('log').firstElementChild.remove();
  setTimeout(appendLogLine, 120 + below(700));
}

const rates = Array.from({ length: CHART_POINTS }, (_, index) => 60 + 18 * Math.sin(index / 6));

function advanceChart() {
  const last = rates.at(-1);
  rates.push(Math.min(100, Math.max(20, last + (62 - last) * 0.1 + below(15) - 7)));
  rates.shift();
  const points = rates.map((rate, index) => {
    const x = (index * CHART.width) / (CHART_POINTS - 1);
    return `${x.toFixed(1)} ${(CHART.height * (1 - rate / 110)).toFixed(1)}`;
  });
  element('line').setAttribute('d', `M${points.join('L')}`);
  element('area').setAttribute('d', `M0 ${CHART.height}L${points.join('L')}L${CHART.width} ${CHART.height}Z`);
  element('rate').textContent = rates.at(-1).toFixed(0);
}

function fillSheet() {
  for (let index = 0; index < ROWS; index += 1) {
    const row = element('rows').insertRow();
    const cells = [
      4711 + index,
      oneOf(CITIES),
      1 + below(8),
      `${(12 + below(9000) / 100).toFixed(2)} €`,
      STATES[0],
    ];
    for (const cell of cells) row.insertCell().textContent = cell;
  }
}

function workOnSheet() {
  const { rows } = element('rows');
  for (const row of rows) row.className = '';
  const row = oneOf([...rows]);
  row.className = 'selected';
  const state = row.cells[4];
  state.textContent = STATES[(STATES.indexOf(state.textContent) + 1) % STATES.length];
  return row.getBoundingClientRect();
}

let target = { x: 700, y: 400 };
let pointer = { ...target };

function chooseRow() {
  const { left, top } = workOnSheet();
  target = { x: left + 80 + below(400), y: top + 12 };
}

function movePointer() {
  pointer = { x: pointer.x + (target.x - pointer.x) * 0.12, y: pointer.y + (target.y - pointer.y) * 0.12 };
  element('pointer').style.transform = `translate(${pointer.x}px, ${pointer.y}px)`;
  requestAnimationFrame(movePointer);
}

function showTime() {
  element('clock').textContent = `${new Date().toDateString()}   ${timeOfDay()}`;
}

fillSheet();
appendLogLine();
advanceChart();
showTime();
movePointer();
setInterval(showTime, 200);
setInterval(advanceChart, 500);
setInterval(chooseRow, 2_600);
