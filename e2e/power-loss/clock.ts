/** Says the years that it sees at some looks on the clock. */
for (let look = 0; look < 10; look++) process.stdout.write(`${new Date().getFullYear()}\n`)
