--- What a configuration uses. This file is loaded at start-up: everything else waits until it is needed.

local M = {}

---@class darner.Maps A key for each, or false for none
---@field next string|false to the next hunk
---@field previous string|false to the previous hunk
---@field keep string|false keep the hunk at the cursor
---@field undo string|false undo the hunk at the cursor
---@field accept string|false accept the ghost text (insert mode)

---@class darner.Options
---@field maps darner.Maps
---@field ghost boolean suggest while typing
---@field quickfix boolean list the hunks of a patch that changes several files
---@field server vim.lsp.Config on top of lsp/darner.lua

---@type darner.Options
M.options = {
  maps = { next = ']h', previous = '[h', keep = false, undo = false, accept = '<Tab>' },
  ghost = true,
  quickfix = true,
  server = {},
}

local calls = {
  next = { 'n', 'darner.review', 'next', 'next hunk' },
  previous = { 'n', 'darner.review', 'previous', 'previous hunk' },
  keep = { 'n', 'darner.review', 'keep', 'keep this hunk' },
  undo = { 'n', 'darner.review', 'undo', 'undo this hunk' },
  accept = { 'i', 'darner.ghost', 'accept_or_type', 'accept the ghost text' },
}

---@type table<string, any> what the key that takes the ghost text did before
M.before = {}

--- Start the server for every buffer of a file, now or as soon as Neovim has started.
---@param given? table any of darner.Options
function M.setup(given)
  M.options = vim.tbl_deep_extend('force', M.options, given or {})
  if M.options.maps.accept then
    M.before = vim.fn.maparg(M.options.maps.accept, 'i', false, true)
  end
  for name, call in pairs(calls) do
    local key = M.options.maps[name]
    if key then
      vim.api.nvim_set_keymap(call[1], key, '', {
        callback = function()
          require(call[2])[call[3]]()
        end,
        desc = 'darner: ' .. call[4],
        noremap = true,
      })
    end
  end
  if vim.v.vim_did_enter == 1 then
    return require('darner.server').start()
  end
  vim.api.nvim_create_autocmd('VimEnter', {
    once = true,
    callback = vim.schedule_wrap(function()
      require('darner.server').start()
    end),
  })
end

--- The endpoint, its tokens a second and the hunks so far, for a status line; '' if there is nothing to show.
---@return string
function M.statusline()
  local patch = package.loaded['darner.patch']
  return patch and patch.statusline() or ''
end

--- Take the ghost text at the cursor.
---@return boolean # whether there was one
function M.accept()
  local ghost = package.loaded['darner.ghost']
  return ghost ~= nil and ghost.accept()
end

return M
