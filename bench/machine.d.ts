/** Where and with what it was measured. */
export declare function machine(): Record<string, string | number>
