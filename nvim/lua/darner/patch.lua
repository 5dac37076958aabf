--- Patches on their way: requested, followed, ended.

local server = require('darner.server')

local M = {}

---@class darner.Run
---@field client integer
---@field request? integer
---@field buffer integer
---@field asked table the parameters
---@field endpoint string
---@field rate number tokens a second
---@field hunks integer
---@field refused integer

---@type table<string, darner.Run> by their tokens
local runs = {}
local count = 0

---@type darner.Run|nil the last one that was asked
M.last = nil

---@param run darner.Run
---@return string
local function said(run)
  local parts = { run.endpoint }
  if run.rate > 0 then
    parts[#parts + 1] = ('%d tokens/s'):format(run.rate)
  end
  if run.hunks > 0 then
    parts[#parts + 1] = run.hunks == 1 and '1 hunk' or run.hunks .. ' hunks'
  end
  return table.concat(parts, ' · ')
end

--- The words for a status line.
---@return string
function M.statusline()
  local _, run = next(runs)
  run = run or M.last
  return run and said(run) or ''
end

--- Hunks and refusals as a quickfix list.
---@param title string
---@param refused table[]
---@param open boolean
local function list(title, refused, open)
  local hunks = require('darner.hunks')
  local rows = {}
  for _, buffer in ipairs(hunks.buffers()) do
    for _, hunk in ipairs(hunks.of(buffer)) do
      local first = math.min((hunks.lines(buffer, hunk)), vim.api.nvim_buf_line_count(buffer) - 1)
      local text = vim.api.nvim_buf_get_lines(buffer, first, first + 1, false)[1] or ''
      rows[#rows + 1] = { bufnr = buffer, lnum = first + 1, text = vim.trim(text) }
    end
  end
  for _, each in ipairs(refused) do
    local line = each.range and each.range.start.line or 0
    rows[#rows + 1] = { bufnr = vim.uri_to_bufnr(each.uri), lnum = line + 1, text = each.reason, type = 'W' }
  end
  vim.fn.setqflist({}, ' ', { title = 'darner: ' .. title, items = rows })
  if open then
    local window = vim.api.nvim_get_current_win()
    vim.cmd('botright copen')
    vim.api.nvim_set_current_win(window)
  end
end

---@param run darner.Run
---@param result table
local function finished(run, result)
  local refused = result.refused or {}
  run.refused = #refused
  local files = #((result.edit or {}).documentChanges or {})
  if (files > 1 or #refused > 0) and require('darner').options.quickfix then
    list(run.asked.instruction, refused, files > 1)
  end
  if #refused == 0 then
    return server.say(run.hunks == 0 and 'nothing to change' or said(run))
  end
  local whole = ('%s, %d rejected: %s'):format(said(run), #refused, refused[1].reason)
  local room = math.max(20, vim.v.echospace - #'darner: ') -- a longer one would have to be confirmed
  local short = vim.fn.strcharpart(whole, 0, room - 1) .. '…'
  server.say(vim.fn.strchars(whole) > room and short or whole, vim.log.levels.WARN)
end

local drawn = 0

--- Draw the status line again, but not all the time.
local function draw()
  if vim.uv.now() - drawn > 250 then
    drawn = vim.uv.now()
    vim.cmd.redrawstatus()
  end
end

---@param token string
local function ended(token)
  runs[token] = nil
  vim.cmd.redrawstatus()
  vim.api.nvim_exec_autocmds('User', { pattern = 'DarnerDone', modeline = false })
end

--- Ask for a patch; its hunks come by `workspace/applyEdit`.
---@param buffer integer
---@param asked table parameters of `darner.patch`
---@return string|nil token
function M.ask(buffer, asked)
  local client = server.wanted(buffer)
  if not client then
    return nil
  end
  count = count + 1
  local token = 'darner-nvim-' .. count
  local run =
    { client = client.id, buffer = buffer, asked = asked, endpoint = 'darner', rate = 0, hunks = 0, refused = 0 }
  runs[token], M.last = run, run
  require('darner.apply').begin()
  if package.loaded['darner.checks'] then
    require('darner.checks').forget()
  end
  local params =
    { command = 'darner.patch', arguments = { vim.tbl_extend('force', asked, { partialResultToken = token }) } }
  local sent, request = client:request('workspace/executeCommand', params, function(failure, result)
    if not runs[token] then
      return
    end
    if failure then
      server.say(failure.message, vim.log.levels.ERROR)
    else
      finished(run, result or {})
    end
    ended(token)
  end, buffer)
  if not sent then
    runs[token] = nil
    server.say('the server does not answer', vim.log.levels.ERROR)
    return nil
  end
  run.request = request
  return token
end

--- Take an event of a patch.
---@param token lsp.ProgressToken
---@param event table
---@return boolean # whether it was one
function M.take(token, event)
  local run = runs[token]
  if not run then
    return type(token) == 'string' and vim.startswith(token, 'darner-nvim-')
  end
  if event.event == 'route' then
    run.endpoint = event.endpoint
  elseif event.event == 'decoding' then
    run.rate = event.tokens_per_second
  elseif event.event == 'edit' then
    run.hunks = run.hunks + 1
    return true -- the screen is drawn when the hunk is in
  elseif event.event == 'done' then
    local spent = event.timings_ms.decode or 0
    run.rate = spent > 0 and event.usage.completion_tokens * 1000 / spent or run.rate
  else
    return true
  end
  draw()
  return true
end

--- End every patch that is on its way; what is in the buffers stays, as hunks.
function M.cancel()
  if not next(runs) then
    return server.say('no patch is running')
  end
  for token, run in pairs(runs) do
    local client = vim.lsp.get_client_by_id(run.client)
    if client and run.request then
      client:cancel_request(run.request) -- Neovim swallows the answer to it
    end
    server.say('cancelled' .. (run.hunks > 0 and ', ' .. said(run) or ''))
    ended(token)
  end
end

--- A client has ended: its patches will not be answered any more.
---@param client integer
function M.lost(client)
  for token, run in pairs(runs) do
    if run.client == client then
      server.say('the server stopped; run the command again', vim.log.levels.ERROR)
      ended(token)
    end
  end
end

--- How many are on their way.
---@return integer
function M.running()
  return vim.tbl_count(runs)
end

return M
