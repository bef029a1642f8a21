function Open-HvoVersionLock {
    <#
    .SYNOPSIS
        Takes the lock under which versions are activated and pruned; fails with InUse where another holds it.
    .OUTPUTS
        FileStream to be disposed of.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileStream])]
    param(
        [Parameter(Mandatory = $true)] [string] $Versions
    )
    $lock = Open-HvoLockFile -Path (Join-Path $Versions '.lock')
    if ($null -eq $lock) {
        Stop-HvoRollout -Code InUse -Message "Another rollout is at work in $Versions. Try again later."
    }
    return $lock
}
