function Get-HvoEntryKind {
    <#
    .SYNOPSIS
        Returns what a path is, without following links.
    .OUTPUTS
        String: None, File, Folder or Link (a symbolic link or a junction).
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    try {
        $attributes = [System.IO.File]::GetAttributes($Path)
    } catch {
        $cause = $_.Exception.GetBaseException()
        if ($cause -is [System.IO.FileNotFoundException] -or $cause -is [System.IO.DirectoryNotFoundException]) { return 'None' }
        throw
    }
    $folder = ($attributes -band [System.IO.FileAttributes]::Directory) -ne 0
    if (($attributes -band [System.IO.FileAttributes]::ReparsePoint) -ne 0) {
        # A deduplicated file is a reparse point, but not a link.
        if ($folder -or (Get-Item -LiteralPath $Path -Force).LinkType) { return 'Link' }
    }
    if ($folder) { return 'Folder' }
    return 'File'
}
