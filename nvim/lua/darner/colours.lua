--- Highlight groups, linked to standard ones; a colour scheme or the user may set them.

local M = {}

local links = {
  DarnerAdded = 'DiffAdd', -- lines that a patch has put in
  DarnerRemoved = 'DiffDelete', -- lines that it has taken out, shown above
  DarnerGhost = 'Comment', -- what is suggested at the cursor
}

function M.link()
  for name, target in pairs(links) do
    vim.api.nvim_set_hl(0, name, { link = target, default = true })
  end
end

return M
