function Test-HvoDiskFull {
    <#
    .SYNOPSIS
        Returns whether an exception means that a disk is full.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [Exception] $Exception
    )
    # ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as HRESULTs; 28 is ENOSPC.
    return ($Exception -is [System.IO.IOException]) -and (@(-2147024784, -2147024857, 28) -contains $Exception.HResult)
}
