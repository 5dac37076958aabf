--- The server's reports about itself, in scratch buffers.

local server = require('darner.server')

local M = {}

---@param name string
---@param lines string[]
---@return integer buffer
local function open(name, lines)
  local buffer = vim.fn.bufadd('darner://' .. name)
  vim.fn.bufload(buffer)
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.cmd('botright split')
  vim.api.nvim_win_set_buf(0, buffer)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, desc = 'darner: close' })
  return buffer
end

---@param command string
---@param arguments table[]
---@param take fun(result: table)
local function ask(command, arguments, take)
  local client = server.wanted()
  if not client then
    return
  end
  client:request('workspace/executeCommand', { command = command, arguments = arguments }, function(failure, result)
    if failure then
      return server.say(failure.message, vim.log.levels.ERROR)
    end
    take(result)
  end, 0)
end

--- What the model is shown for the last patch, or else for the cursor: a fold for each piece.
function M.context()
  local last = require('darner.patch').last
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  local here = { line = row, character = 0 }
  local asked = last and last.asked
    or { textDocument = { uri = vim.uri_from_bufnr(0) }, range = { start = here, ['end'] = here } }
  ask('darner.explainContext', { asked }, function(result)
    local lines = {
      ('%d tokens of other code, %d of the place itself, %d less likely pieces left out'):format(
        result.tokens,
        result.focus_tokens,
        result.dropped
      ),
    }
    for _, each in ipairs(result.snippets) do
      local reasons = table.concat(each.reasons, ', ')
      lines[#lines + 1] = ('── %s:%d-%d · %d tokens · %s%s'):format(
        each.path,
        each.start_line,
        each.end_line,
        each.tokens,
        each.kind,
        reasons ~= '' and ' · ' .. reasons or ''
      )
      vim.list_extend(lines, vim.split(each.text:gsub('\r\n?', '\n'):gsub('\n$', ''), '\n', { plain = true }))
    end
    for _, each in ipairs(result.left_out) do
      lines[#lines + 1] = ('── not sent: %s · %s'):format(each.path, each.reason)
    end
    open('context', lines)
    vim.wo[0][0].foldmethod = 'expr'
    vim.wo[0][0].foldexpr = "v:lnum==1?0:getline(v:lnum)=~'^── '?'>1':1"
    vim.wo[0][0].foldtext = 'getline(v:foldstart)'
    vim.wo[0][0].foldlevel = 0
  end)
end

---@param value any
---@return any # nil for JSON's null
local function known(value)
  return value ~= vim.NIL and value or nil
end

---@param endpoint table
---@return string[]
local function about(endpoint)
  local lines = { ('%s: %s at %s'):format(endpoint.name, endpoint.model, endpoint.base_url) }
  local function add(name, value, form)
    if known(value) and value ~= '' then
      lines[#lines + 1] = ('  %-18s %s'):format(name, (form:format(value):gsub('%s+', ' ')))
    end
  end
  add('problem', endpoint.problem, '%s')
  add('window', endpoint.window, '%d tokens')
  for _, each in ipairs(known(endpoint.quota) or {}) do
    local row = {}
    for key, value in vim.spairs(each) do
      row[#row + 1] = ('%s %s'):format(key, tostring(value))
    end
    add('quota', table.concat(row, ', '), '%s')
  end
  add('tokenizer', endpoint.tokenizer, '%s')
  add('first token', known(endpoint.first_token) and endpoint.first_token * 1000, '%d ms')
  add('decoding', endpoint.decode_rate, '%d tokens/s')
  add('a request now', endpoint.next_request, '%s')
  return lines
end

--- Endpoints, quota and index.
function M.status()
  ask('darner.status', { { probe = true } }, function(result)
    local lines = { 'settings: ' .. tostring(result.settings) }
    if known(result.local_model) then
      lines[#lines + 1] = 'embedded model: ' .. result.local_model
    end
    for _, each in ipairs(result.endpoints) do
      lines[#lines + 1] = ''
      vim.list_extend(lines, about(each))
    end
    local index = result.index
    lines[#lines + 1] = ''
    lines[#lines + 1] = ('index: %d files, %d symbols%s'):format(
      index.files,
      index.symbols,
      index.indexing and ', still reading' or ''
    )
    lines[#lines + 1] = ('patches on their way: %d'):format(result.patches)
    open('status', lines)
  end)
end

return M
