function Test-HvoSavedFile {
    <#
    .SYNOPSIS
        Returns whether a file of Write-HvoFile exists, also if it has only the name under which it was written.
    .DESCRIPTION
        A host that stopped at the wrong moment, or a ReplaceFile that failed half way, leaves <name>.new alone.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    # Looked for twice: a writer may rename it between the two.
    foreach ($one in $Path, "$Path.new", $Path) {
        if ([System.IO.File]::Exists($one)) { return $true }
    }
    return $false
}
