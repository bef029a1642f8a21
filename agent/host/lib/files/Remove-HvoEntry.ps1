function Remove-HvoEntry {
    <#
    .SYNOPSIS
        Deletes a file, a folder with its content, or a link without its target.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if (Test-HvoReparsePoint $Path) {
        (Get-Item -LiteralPath $Path -Force).Delete()
    } elseif ([System.IO.Directory]::Exists($Path)) {
        # Directory.Delete of .NET Framework fails on junctions.
        foreach ($entry in @(Get-HvoTree -Folder $Path)) {
            if ($entry.Kind -eq 'Link') { (Get-Item -LiteralPath $entry.Path -Force).Delete() }
        }
        [System.IO.Directory]::Delete($Path, $true)
    } else {
        [System.IO.File]::Delete($Path)
    }
}
