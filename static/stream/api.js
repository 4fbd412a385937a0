const LOST = { status: 0, body: null, headers: null };

/** REST on the same server: by the cookie of the page, or with a token. That it is out of reach is an answer, too. */
export class Api {
  constructor(origin = location.origin, auth = null, limit = 30_000) {
    this.origin = origin;
    this.auth = auth;
    this.limit = limit; // milliseconds for an answer: a network may go silent without a word
  }

  get(path, options) {
    return this.request("GET", path, options);
  }

  post(path, body = {}, options = {}) {
    return this.request("POST", path, { ...options, body });
  }

  /**
   * @param {{body?: any, headers?: object, wait?: number}} [options] wait: milliseconds that the server may take on purpose
   * @returns {Promise<{status: number, body: any, headers: Headers?}>} `body` is JSON, or null
   */
  async request(method, path, { body, headers = {}, wait = 0 } = {}) {
    const answer = await this.#fetch(method, path, body, headers, wait);
    if (answer.status !== 401 || answer.body?.code !== "token_expired" || !this.auth) return answer;
    try {
      if (!(await this.auth.renew())) return answer;
    } catch {
      return LOST;
    }
    return this.#fetch(method, path, body, headers, wait);
  }

  async #fetch(method, path, body, headers, wait) {
    const isForm = body instanceof FormData;
    const sent = {
      ...(body !== undefined && !isForm && { "Content-Type": "application/json" }),
      ...this.#credentials(method),
      ...headers,
    };
    try {
      const response = await fetch(this.origin + path, {
        method,
        headers: sent,
        body: body === undefined || isForm ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(this.limit + wait),
      });
      return { status: response.status, body: await json(response), headers: response.headers };
    } catch {
      return LOST;
    }
  }

  #credentials(method) {
    const token = this.auth?.access();
    if (token) return { Authorization: `Bearer ${token}` };
    return method === "GET" ? {} : { "X-CSRFToken": cookie("csrftoken") };
  }
}

async function json(response) {
  const isJson = response.headers.get("Content-Type")?.includes("json");
  return isJson ? response.json() : null;
}

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
