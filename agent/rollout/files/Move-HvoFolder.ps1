function Move-HvoFolder {
    <#
    .SYNOPSIS
        Renames a folder to an unused name; fails with InUse if a file in it is open.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Destination
    )
    for ($try = 1; ; $try++) {
        try {
            [System.IO.Directory]::Move($Path, $Destination)
            return
        } catch {
            # A virus scanner may open new files for a moment.
            if ($try -lt 10) {
                Start-Sleep -Milliseconds 100
                continue
            }
            # Windows reports an open file in the folder as access denied.
            $cause = $_.Exception.GetBaseException()
            if (-not (Test-HvoAccessDenied $cause)) { throw }
            Stop-HvoRollout -Code InUse -Message ("$Path cannot be renamed: a file in it is open, or the account may not do it. " +
                $cause.Message)
        }
    }
}
