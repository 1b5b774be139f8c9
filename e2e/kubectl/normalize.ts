/**
 * Makes two outputs of kubectl comparable: times, ages, UIDs and versions become placeholders, and columns are two spaces
 * apart. What kcp adds to kube-apiserver's answers is taken out: the annotation with an object's logical cluster, and "access
 * denied", its one reason for every refusal.
 */
export function normalize(text: string): string {
  return withoutRequestLog(text)
    .replace(/(:| -) access denied$/gm, '')
    .replace(/^( *)annotations:\n\1 +kcp\.io\/cluster: \S+\n(?!\1 )/gm, '')
    .replace(/^ +kcp\.io\/cluster: \S+\n/gm, '')
    .replace(/^(Annotations: +)kcp\.io\/cluster: \S+$/gm, '$1<none>')
    .replace(/\{"kcp\.io\/cluster":"\w+"\}/g, '')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uid>')
    .replace(/(resourceVersion"?: )"\d+"/g, '$1"<version>"')
    .replace(/(Resource Version: +)\d+/g, '$1<version>')
    .replace(/(^|\s)(<invalid>|(\d+[smhd]){1,2})(?=\s|$)/gm, '$1<age>')
    .replace(/(\S) {2,}(?=\S)/g, '$1  ')
    .replace(/[ \t]+$/gm, '')
    .trim()
}

/**
 * Takes away what client-go logs of its own requests, which is a matter of time: on a busy machine it tells of requests that it
 * holds back, and of watches that were short.
 */
export function withoutRequestLog(text: string): string {
  return text.replace(/^[IW]\d{4} [\d:.]+ +\d+ (?:request|reflector|retrywatcher)\.go:.*\n?/gm, '')
}

/** Takes the common indentation off a text that is written between backticks, indented with the code around it. */
export function unindent(text: string): string {
  const margins = text.match(/^ +(?=\S)/gm) ?? []
  const margin = Math.min(...margins.map((spaces) => spaces.length))
  return /^\S/m.test(text) ? text.trim() : text.replaceAll(new RegExp(`^ {${margin}}`, 'gm'), '').trim()
}
