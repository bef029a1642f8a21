function Test-HvoMachineLocked {
    <#
    .SYNOPSIS
        Returns whether a process holds the lock in a machine's folder.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Folder
    )
    $path = Join-Path $Folder 'lock'
    if (-not [System.IO.File]::Exists($path)) { return $false }
    try {
        [System.IO.File]::Open($path, 'Open', 'Read', 'Read').Dispose()
        return $false
    } catch {
        $cause = $_.Exception.GetBaseException()
        return -not ($cause -is [System.IO.FileNotFoundException] -or $cause -is [System.IO.DirectoryNotFoundException])
    }
}
