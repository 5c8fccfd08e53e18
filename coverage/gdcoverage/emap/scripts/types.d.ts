// Types: what the blocks of data hold, and what the scripts hand one another.

import type { Words } from "./words.js";
import type { Look } from "./lookup.js";
import type { Points } from "./points.js";
import type { Printing } from "./print.js";

/** A map in its page: all its state, found at its element's property `emap`. */
export interface Emap {
  root: HTMLElement;
  map: L.Map;
  head: Head;
  words: Words;
  layers: Layers;
  look: Look;
  print: Printing;
  ready: boolean;
}

export interface Layers extends Record<string, L.Layer | undefined> {
  counties: L.LayerGroup;
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
}

export interface Style {
  key: string;
  label: string;
  english: string;
  on: boolean;
  shape: "circle" | "star" | "diamond" | "outlet" | "area" | "line";
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
}

export interface Calendar {
  off: number[];
  work: number[];
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
  places: { name: string[]; lon: number[]; lat: number[] };
  pinyin: Record<string, string>;
  calendar: Calendar;
  exits?: (number | null)[];
}

export interface Base {
  land: Area;
  borders: Lines;
  labels: Label[];
  water: Area;
  river: Lines[];
  road: Lines[];
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
  lines: Record<string, Lines>;
  areas: Record<string, Area>;
  gaps: Gap[];
  demand: Demand;
  sites: Place[];
  counties?: RatedCounty[];
  gapMarks: (Place & { people: number })[];
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
}

// What the scripts make of them --------------------------------------------------------------

export interface Store extends Outlets {
  size: number;
  /** Made when first searched. */
  index: SearchIndex | null;
  latOf(i: number): number;
  lonOf(i: number): number;
  countyOf(i: number): County;
  bankOf(i: number): string;
  hoursOf(i: number): string;
  scheduleOf(i: number): Schedule | null;
  statusOf(i: number): string;
  termsOf(names: string[], bits: number): string[];
}

export interface Pinyin {
  readings: Map<string, string[]>;
  initials: Uint32Array;
}

export interface SearchIndex {
  pinyin: Pinyin;
  name: string[];
  address: string[];
  bank: string[];
  county: string[];
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
  county: number;
  bank: number;
  items: number;
  modes: number;
  open: boolean;
}

export interface Counts {
  county: number[];
  bank: number[];
  items: number[];
  modes: number[];
  open: number;
}

export interface Selected {
  shown: number[];
  counts: Counts;
  unknown: number;
}

export interface Origin {
  lat: number;
  lon: number;
  kind: "device" | "picked" | "place";
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
