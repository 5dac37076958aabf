--- What the checks of the latest patch have found: behind its first hunk, and `:DarnerCheck` and `:DarnerRepair`.

local server = require('darner.server')

local M = {}

local api = vim.api
local space = api.nvim_create_namespace('darner.checks')

---@class darner.Checked
---@field uris string[]
---@field state 'untrusted'|'running'|'passed'|'failed'|'unchecked'
---@field text string
---@field output string
---@field repair table|nil the parameters of the patch that repairs it

---@type darner.Checked|nil
M.latest = nil

local looks = {
  untrusted = 'DiagnosticVirtualTextHint',
  running = 'DiagnosticVirtualTextHint',
  passed = 'DiagnosticVirtualTextOk',
  failed = 'DiagnosticVirtualTextError',
  unchecked = 'DiagnosticVirtualTextWarn',
}

---@param checked darner.Checked
---@return string
local function said(checked)
  if checked.state == 'untrusted' then
    return 'not checked yet · :DarnerCheck'
  end
  return checked.repair and checked.text .. ' · :DarnerRepair' or checked.text
end

--- Show the state behind the first hunk of each buffer.
local function draw()
  for _, buffer in ipairs(api.nvim_list_bufs()) do
    api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  end
  local hunks = require('darner.hunks')
  for _, uri in ipairs(M.latest and M.latest.uris or {}) do
    local buffer = vim.uri_to_bufnr(uri)
    local first = hunks.of(buffer)[1]
    if first then
      local row = math.min((hunks.lines(buffer, first)), api.nvim_buf_line_count(buffer) - 1)
      local text = { { ' ' .. said(M.latest), looks[M.latest.state] } }
      api.nvim_buf_set_extmark(buffer, space, row, 0, { virt_text = text, virt_text_pos = 'eol' })
    end
  end
end

--- Show it again soon: hunks have gone.
M.refresh = vim.schedule_wrap(draw)

--- Take `darner/checked`.
---@param checked darner.Checked
function M.take(checked)
  if checked.repair == vim.NIL then
    checked.repair = nil
  end
  M.latest = checked
  draw()
  api.nvim_exec_autocmds('User', { pattern = 'DarnerChecked', modeline = false })
end

--- Forget what was shown: another patch has begun.
function M.forget()
  if M.latest then
    M.latest = nil
    draw()
  end
end

--- Check the latest patch; the server asks whether its checks may run.
function M.check()
  local client = server.wanted()
  if client then
    client:request('workspace/executeCommand', { command = 'darner.check', arguments = {} }, function(failure)
      if failure then
        server.say(failure.message, vim.log.levels.WARN)
      end
    end)
  end
end

--- Repair the latest patch, whose check failed: a patch of its own.
function M.repair()
  local wanted = M.latest and M.latest.repair
  if not wanted then
    return server.say('there is nothing to repair: no check of the latest patch has failed')
  end
  require('darner.patch').ask(vim.uri_to_bufnr(wanted.textDocument.uri), wanted)
end

return M
