/** The middle of some numbers; of an even count the mean of the two in the middle. */
export declare function median(numbers: readonly number[]): number
