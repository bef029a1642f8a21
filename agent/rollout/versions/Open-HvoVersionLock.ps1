function Open-HvoVersionLock {
    <#
    .SYNOPSIS
        Takes the lock for activating and pruning versions; fails with InUse if another process holds it.
    .OUTPUTS
        FileStream to dispose of.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)] [string] $Versions
    )
    $lock = Open-HvoLockFile -Path (Join-Path $Versions '.lock')
    if ($null -eq $lock) {
        Stop-HvoRollout -Code InUse -Message "Another rollout is changing $Versions."
    }
    return $lock
}
