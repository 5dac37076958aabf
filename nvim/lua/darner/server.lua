--- The language server: started by Neovim for each root, started again when it has died.

local M = {}

local MOST_STARTS = 3 -- in a minute; a server that dies more often stays dead

---@type number[] when it was started again, in seconds
local starts = {}

--- The client of a buffer.
---@param buffer? integer
---@return vim.lsp.Client|nil
function M.client(buffer)
  return vim.lsp.get_clients({ bufnr = buffer or 0, name = 'darner' })[1]
end

--- The client of a buffer, or a word to the user.
---@param buffer? integer
---@return vim.lsp.Client|nil
function M.wanted(buffer)
  local client = M.client(buffer)
  if not client then
    M.say('not attached to this buffer; is the server installed? (:checkhealth darner)', vim.log.levels.WARN)
  end
  return client
end

--- A message of ours.
---@param said string
---@param level? integer
function M.say(said, level)
  vim.notify('darner: ' .. said, level or vim.log.levels.INFO)
end

---@param client vim.lsp.Client
---@param buffers integer[]
local function start_again(client, buffers)
  local now = vim.uv.now() / 1000
  starts = vim.tbl_filter(function(at)
    return now - at < 60
  end, starts)
  if #starts >= MOST_STARTS then
    return M.say('the server keeps stopping; see :checkhealth darner and :LspLog', vim.log.levels.ERROR)
  end
  starts[#starts + 1] = now
  for _, buffer in ipairs(buffers) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      vim.lsp.start(client.config, { bufnr = buffer })
    end
  end
end

--- What the plugin adds to lsp/darner.lua.
---@return vim.lsp.Config
local function ours()
  local attached = {} ---@type table<integer, table<integer, true>>
  local stopped = {} ---@type table<integer, true> by the user, perhaps by force: that is no crash
  return {
    init_options = { checks = true }, -- `darner/checked` is wanted
    flags = { debounce_text_changes = 50 }, -- the server sends a round of hunks when it has heard of the last one
    handlers = {
      ['workspace/applyEdit'] = function(_, params, ctx)
        return require('darner.apply').handle(params, ctx.client_id)
      end,
      ['darner/checked'] = function(_, params)
        require('darner.checks').take(params)
      end,
      ['$/progress'] = function(failure, params, ctx)
        if not require('darner.patch').take(params.token, params.value) then
          vim.lsp.handlers['$/progress'](failure, params, ctx)
        end
      end,
    },
    on_init = function(client)
      local stop = client.stop
      client.stop = function(self, ...)
        stopped[self.id] = true
        return stop(self, ...)
      end
    end,
    on_attach = function(client, buffer)
      attached[client.id] = attached[client.id] or {}
      attached[client.id][buffer] = true
      if require('darner').options.ghost then
        require('darner.ghost').attach(buffer)
      end
    end,
    on_exit = function(code, signal, id)
      local client = vim.lsp.get_client_by_id(id)
      local buffers = vim.tbl_keys(attached[id] or {})
      local crashed = (code ~= 0 or signal ~= 0) and not stopped[id]
      attached[id], stopped[id] = nil, nil
      vim.schedule(function()
        require('darner.patch').lost(id)
        if client and crashed and vim.v.exiting == vim.NIL then
          start_again(client, buffers)
        end
      end)
    end,
  }
end

function M.start()
  require('darner.colours').link()
  vim.lsp.config('darner', vim.tbl_deep_extend('force', ours(), require('darner').options.server))
  vim.lsp.enable('darner')
end

return M
