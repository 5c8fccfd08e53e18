// Types: what the blocks of data hold, and what the scripts hand one another.

import type { Words } from "./words.js";
import type { Look } from "./lookup.js";
import type { Pieces } from "./pieces.js";
import type { Points } from "./points.js";
import type { Printing } from "./print.js";
import type { Sheet } from "./sheet.js";

/** A map in its page: all its state, found at its element's property `emap`. */
export interface Emap {
  root: HTMLElement;
  map: L.Map;
  head: Head;
  words: Words;
  layers: Layers;
  look: Look;
  print: Printing;
  sheet: Sheet;
  ready: boolean;
}

export interface Layers extends Record<string, L.Layer | undefined> {
  counties: GroundLayer;
  outlets: Points;
  idle?: Points;
}

// Blocks of data -----------------------------------------------------------------------------

export interface Head {
  edition: "public" | "planner";
  title: string;
  subtitle: string;
  phrase: string;
  madeOn: string;
  /** Until when the data go; empty where nobody says. */
  dataDate: string;
  tiles: { urls: string[]; host: string; datum: string; attribution: string; maxZoom: number } | null;
  approval: string;
  /** Whether the map may not be shown outside. */
  draft?: boolean;
  /** Where readers find the map; empty where that is not known. */
  url?: string;
  /** What was let pass on publishing, by whom and why. */
  waived?: string[];
  /** The one of these that says so of the approval. */
  unapproved?: string;
  /** Whether something of OpenStreetMap's is on the page. */
  streets: boolean;
  /** What of the page is whose, and on what terms; the same in English. */
  credits: [string, string, string, string][];
  /** Leaflet's license. */
  leaflet: string;
  bounds: [[number, number], [number, number]];
  standard?: string;
  headline?: string;
  /** Lines of what must be read before the headline. */
  doubt?: string[];
  styles?: Style[];
  /** Where the map of all counties is, seen from a county's. */
  province?: string;
}

export interface Style {
  key: string;
  label: string;
  english: string;
  on: boolean;
  shape: "circle" | "star" | "diamond" | "triangle" | "outlet" | "ring" | "cross" | "leap" | "area" | "line";
  options: { color: string; weight: number; dashArray?: string; fillColor?: string; fillOpacity?: number };
}

/** Texts that repeat: each once, and the number of every row's. */
export interface Coded<T> {
  values: T[];
  codes: number[];
}

/** Coordinates in 1e-5 degrees: x, y, then steps. */
export type Lines = number[][];
export type Area = Lines[];
/** Label and value. */
export type Facts = [string, string][];

export interface County {
  adcode: string;
  name: string;
  city: string;
}

/** Opening hours as minutes of the week, beginnings and ends in turn. */
export interface Schedule {
  open: number[];
  holidays: boolean | null;
  /** False: on which of the days nobody says. */
  daysSaid: boolean;
}

export interface Calendar {
  off: number[];
  work: number[];
  /** Days of which only a coming notice can say whether they are worked. */
  unsettled: number[];
  since: number;
  horizon: number;
  until: string;
}

export interface Outlets {
  id: string[];
  name: string[];
  lon: number[];
  lat: number[];
  address: string[];
  phone: string[];
  bank: Coded<string>;
  county: Coded<County>;
  hours: Coded<string>;
  schedules: (Schedule | null)[];
  modes: number[];
  items: number[];
  status: Coded<string>;
  active: number[];
  modeNames: string[];
  itemNames: string[];
  /** What people call each bank. */
  aliases: string[][];
  everyday: Everyday;
  pinyin: Record<string, string>;
  /** Reading -> further characters. */
  sounds: Record<string, string>;
  /** Traditional and simplified characters in turn. */
  simple: string;
  calendar: Calendar;
  exits?: (number | null)[];
}

/** Words that people use for items, modes and hours. */
export interface Everyday {
  items: [number, string[]][];
  modes: [number, string[]][];
  /** Names of `TIMES` in when.js. */
  when: [string, string[]][];
  asked: ["now" | "today" | "tomorrow" | "holidays", string[]][];
  elsewhere: [string, string[]][];
  idle: string[];
}

/** Named places by county and kind, in 1e-4 degrees from the group's corner. */
export interface NamesBlock {
  groups: { county: string; kind: string; names: string; lat: number[]; lon: number[]; south: number; west: number }[];
  pinyin: Record<string, string>;
  simple: string;
  /** Counties all of whose names lie beside the page, and where these are, degrees. */
  beside?: BesideCounty[];
}

export interface BesideCounty {
  adcode: string;
  name: string;
  /** West, south, east, north. */
  box: [number, number, number, number];
}

/** Streets to walk on, steps from one to the next in 1e-5 degrees and numbers; metres in tenths. */
export interface WalksBlock {
  /** Metres a minute, and the standard's minutes. */
  speed: number;
  minutes: number;
  /** Metres from a street within which one joins it. */
  reach: number;
  lon: number[];
  lat: number[];
  /** Ends of the edges: steps of the first, and from it to the other. */
  u: number[];
  v: number[];
  /** 0 not stepped onto from beside, 1 perhaps walked on, 2 for certain. */
  look: number[];
  metres: number[];
  /** How many points each edge has between its ends, and the steps to them. */
  bends: number[];
  bent: number[];
  bars: Lines;
  /** Which of these are rims of water. */
  rims: number[];
  /** Where outlets join the streets: how many times each; edge, metres along it, metres to it. */
  outlets: { count: number[]; edge: number[]; along: number[]; access: number[] };
}

export interface Base {
  land: Area;
  /** Land beyond, of which nothing else is told. */
  around: Area;
  /** West, south, east, north in degrees: within, what is neither is sea; null where nobody knows. */
  frame: [number, number, number, number] | null;
  borders: Lines;
  labels: Label[];
  /** Names of neighbours. */
  beyond: Label[];
  /** Squares of the base map that lie beside the page. */
  pieces?: [number, number][];
}

export interface Label {
  name: string;
  lat: number;
  lon: number;
}

/** A county's map, or the province's: what only one of them has is empty in the other. */
export interface Planner {
  /** Labels of numbers in English. */
  words: Record<string, string>;
  /** By which number gaps or counties are ranked. */
  ranked: string;
  rankedTowns: string;
  lines: Record<string, Lines>;
  areas: Record<string, Area>;
  gaps: Gap[];
  demand: Demand;
  sites: Place[];
  /** Of further plans, those that the best plan has not. */
  alternatives: Place[];
  /** Of a redesign: outlets that close, `to` where they move or merge, and sites that open. */
  changes: (Place & { style: string; to: [number, number] | null })[];
  /** Today, and after each of the sites in turn; the province's map has today alone. */
  steps: Step[];
  /** What the rate is called. */
  rated: string;
  towns: Town[];
  services: Services | null;
  /** Never of the public's edition. */
  supervision: (Place & { style: string })[];
  counties?: RatedCounty[];
  gapMarks: (Place & { people: number })[];
}

/** Rate as text, and people outside the standard. */
export interface Step {
  rate: string;
  missed: number;
}

export interface Place extends Label {
  facts: Facts;
}

export interface Gap extends Place {
  rank: number;
  people: number;
  area: Area;
}

export interface RatedCounty extends County {
  style: string;
  missed: number;
  area: Area;
  facts: Facts;
  link: string;
}

/** A town of a county, coloured by its rate where it has an area. */
export interface Town {
  name: string;
  style: string;
  missed: number;
  area: Area;
  facts: Facts;
}

/** Who is served by each item, mode and hours: a mask has a digit for each, the hours turning fastest. */
export interface Services {
  items: string[];
  modes: string[];
  whens: string[];
  masks: string[];
  /** Of each demand point. */
  mask: number[];
  /** What there is to say of each. */
  told: string[];
}

export interface Demand {
  lon: number[];
  lat: number[];
  name: string[];
  people: number[];
  covered: number[];
  urban: number[];
  metres: (number | null)[];
  outlet: number[];
  outletNames: string[];
  status: string[];
  settlements: { urban: string; rural: string };
  unknown: string;
  columns: Record<string, { label: string; unit: string }>;
  /** The site that wins each, by its place in the build order; 0 for none. */
  won?: number[];
  /** By which service `covered` is now; by none. */
  service?: string;
}

// What the scripts make of them --------------------------------------------------------------

/** Things of one kind and rank in the world's square: of each its rings, of each ring its points. */
export interface Shapes {
  kind: string;
  rank: number;
  size: number;
  name: string[];
  ring: Int32Array;
  start: Int32Array;
  /** x and y in turn. */
  xy: Int32Array | Float64Array;
  /** West, north, east, south of each. */
  box: Float64Array;
}

/** A part of the world's square on a canvas: pixels a unit, pixels of its top left from the square's. */
export interface View {
  zoom: number;
  scale: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Ink = "outlet" | "place" | "street" | "station" | "hospital" | "public" | "park" | "water" | "soft";

/** Colours of the ground; of roads and their edges by rank. */
export interface Tones {
  /** What lies outside the map's frame. */
  outside: string;
  sea: string;
  around: string;
  land: string;
  border: string;
  built: string;
  campus: string;
  sand: string;
  green: string;
  wood: string;
  water: string;
  bank: string;
  building: string;
  wall: string;
  rail: string;
  metro: string;
  thin: string;
  foot: string;
  road: readonly string[];
  edge: readonly string[];
  ink: Record<Ink, string>;
  halo: string;
  disc: string;
}

/** West, north, east, south. */
export type Box = [number, number, number, number];

/** A letter or a line of text around its middle. */
export interface Letter {
  text: string;
  x: number;
  y: number;
  angle: number;
}

/** Everything under a map; which names are written now, and how they are written anew. */
export type GroundLayer = L.LayerGroup & { written?: Written[]; rewrite?: () => void; pieces?: Pieces };

export interface Written {
  text: string;
  font: string;
  ink: Ink;
  letters: Letter[];
  mark?: string;
  x?: number;
  y?: number;
}

export interface Store extends Outlets {
  size: number;
  cities: string[];
  /** Of each county the number of its city. */
  cityOf: number[];
  /** Made when first searched. */
  index: SearchIndex | null;
  /** Read after the rest. */
  names: NamesBlock | null;
  walks: Walks | null;
  latOf(i: number): number;
  lonOf(i: number): number;
  countyOf(i: number): County;
  bankOf(i: number): string;
  hoursOf(i: number): string;
  scheduleOf(i: number): Schedule | null;
  statusOf(i: number): string;
  termsOf(names: string[], bits: number): string[];
}

/** Edges to walk on, then what bars legs, as lines in degrees one after the other. */
export interface Streets {
  edges: number;
  u: Int32Array;
  v: Int32Array;
  reach: number;
  /** Of each edge. */
  metres: Float64Array;
  look: Uint8Array;
  /** Numbers of the lines that are rims of water. */
  rims: number[];
  x: Float64Array;
  y: Float64Array;
  first: Int32Array;
  /** Metres along the line, of each of its points. */
  drawn: Float64Array;
  slot: Int32Array;
  leaves: Int32Array;
}

/** Where somebody joins streets: edge, metres along it, metres to it. */
export interface Joins {
  edge: Int32Array;
  along: Float64Array;
  access: Float64Array;
}

export interface Walks {
  streets: Streets;
  /** Of each outlet the first of its joins. */
  start: Int32Array;
  joins: Joins;
  speed: number;
  minutes: number;
  last: Walked | null;
}

/** Walks from a place: metres to each outlet, Infinity where none is known. */
export interface Walked {
  lat: number;
  lon: number;
  own: Joins;
  /** By which edge one comes to each node. */
  by: Int32Array;
  metres: Float64Array;
  /** Of each outlet its join, the end of the street from which one comes (0 or 1), or one's own join on the same street. */
  ends: Int32Array;
}

export interface Pinyin {
  readings: Map<string, string[]>;
  initials: Uint32Array;
  /** Number of a character's first reading. */
  syllables: Uint16Array;
  /** All readings. */
  known: string[];
}

/** Texts joined by line ends; `sounds` as they sound, character by character. */
export interface Texts {
  joined: string;
  starts: Int32Array;
  sounds: string;
}

export interface Names {
  size: number;
  name: string[];
  lat: number[];
  lon: number[];
  kind: string[];
  where: string[];
  texts: Texts;
  /** The first place of a name. */
  first: Map<string, number>;
  /** A name by how it sounds. */
  alike: Map<string, string>;
}

export interface SearchIndex {
  pinyin: Pinyin;
  lexicon: Lexicon;
  name: Texts;
  address: Texts;
  bank: string[];
  county: string[];
  names: Names;
  /** Scores by word. */
  remembered: Map<string, Float32Array>;
  /** Places by word. */
  places: Map<string, { i: number; score: number }[]>;
  fold(text: string): string;
  /** Whether a name, an address or a place has the word. */
  occurs(word: string): boolean;
}

export interface Lexicon {
  phrases: Map<string, Meaning[]>;
  words: string[];
  sounds: string[];
  /** A phrase by how it sounds. */
  alike: Map<string, string>;
}

/** What is asked of the usual week, by its name in when.js; or what depends on the day on which one asks. */
export interface Hours {
  time?: string;
  asked?: "now" | "today" | "tomorrow" | "holidays";
}

export type Meaning =
  | { kind: "bank" | "county"; codes: number[]; label: string }
  | { kind: "items" | "modes"; bits: number; label: string }
  | { kind: "hours"; hours: Hours; label: string }
  | { kind: "elsewhere" | "idle"; label: string };

/** A part of a query; without meanings it is a text. */
export interface Part {
  word: string;
  meanings: Meaning[];
}

export interface FoundPlace {
  i: number;
  score: number;
  part: Part;
}

export interface Found {
  parts: Part[];
  /** One an outlet, 0 where it is not what is asked. */
  scores: Float32Array;
  some: boolean;
  /** Those left out because nobody can tell whether they are open at the hours asked. */
  unknown: number[];
  /** The place from which outlets are listed, or -1. */
  near: number;
  places: FoundPlace[];
  tries: { query: string; count: number }[];
  /** Words that are nowhere, and were passed over. */
  skipped: string[];
  /** Whether they stand before the outlets. */
  placesFirst: boolean;
  /** Nothing is exactly so. */
  alike: boolean;
}

/** Day since 1970-01-01 and minute since Monday 0:00. */
export interface Moment {
  day: number;
  minute: number;
}

/** Until or next: minute of the week; why: the reason where it is special. */
export type OpenState =
  | { state: "unknown"; why: string }
  | { state: "open"; until: number; always: boolean }
  | { state: "closed"; why?: string; next?: number; days?: number };

export interface Conditions {
  query: string;
  city: number;
  county: number;
  bank: number;
  items: number;
  modes: number;
  open: boolean;
  /** What is asked of the usual week, as bits. */
  week: number;
  /** Minute of the week at which outlets must be open; -1 for none. */
  at: number;
}

export interface Counts {
  county: number[];
  bank: number[];
  items: number[];
  modes: number[];
  open: number;
  week: number[];
}

export interface Selected {
  shown: number[];
  counts: Counts;
  unknown: number;
  found: Found | null;
  /** The place that the query names, where outlets are listed from it. */
  near: Origin | null;
  /** From the place by which they are sorted, where the page has streets. */
  walked: Walked | null;
}

export interface Origin {
  lat: number;
  lon: number;
  kind: "device" | "picked" | "place";
  /** Metres within which the device believes it is. */
  accuracy?: number;
}

export interface Mark {
  members: number[];
  x: number;
  y: number;
  radius: number;
}

export type Corners = (r: number) => number[][];
export type MarkStyle = { fillColor: string };
/** What the address says after its #, word by word. */
export type Asked = Record<string, string | undefined>;
