function Assert-HvoFreeMemory {
    <#
    .SYNOPSIS
        Fails with InsufficientMemory if the host has less free memory than a number of bytes.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [long] $Bytes
    )
    $free = (Get-HvoHostMemory).Free
    if ($Bytes -le $free) { return }
    Stop-HvoLaunch -Code InsufficientMemory -Message ("$(Format-HvoSize $Bytes) GB of memory are needed and $(Format-HvoSize $free) GB " +
        'are free on this host.')
}
