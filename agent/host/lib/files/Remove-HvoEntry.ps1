function Remove-HvoEntry {
    <#
    .SYNOPSIS
        Deletes a file, or a folder with everything in it. Of a link only the link goes.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if (Test-HvoReparsePoint $Path) {
        (Get-Item -LiteralPath $Path -Force).Delete()
    } elseif ([System.IO.Directory]::Exists($Path)) {
        # .NET Framework stumbles over junctions in a folder that it deletes.
        foreach ($entry in @(Get-HvoTree -Folder $Path)) {
            if ($entry.Kind -eq 'Link') { (Get-Item -LiteralPath $entry.Path -Force).Delete() }
        }
        [System.IO.Directory]::Delete($Path, $true)
    } else {
        [System.IO.File]::Delete($Path)
    }
}
