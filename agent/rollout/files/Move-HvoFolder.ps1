function Move-HvoFolder {
    <#
    .SYNOPSIS
        Renames a folder to a name that is free; fails with InUse where something in it is held.
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
            # A virus scanner may look at new files for a moment.
            if ($try -lt 10) {
                Start-Sleep -Milliseconds 100
                continue
            }
            # For an open file in the folder Windows has no other word than for a missing right.
            $cause = $_.Exception.GetBaseException()
            if (-not (Test-HvoAccessDenied $cause)) { throw }
            Stop-HvoRollout -Code InUse -Message ("$Path cannot be renamed: a file in it is open, or the account may not do it. " +
                "$($cause.Message) Try again later.")
        }
    }
}
