/** The part of a page (A4, landscape) that is written on, points from its upper left corner. */
export const LEFT = 30
export const TOP = 30
export const RIGHT = 812
export const BOTTOM = 565
