function Test-HvoAccessDenied {
    <#
    .SYNOPSIS
        Returns whether an exception means that access is denied.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [Exception] $Exception
    )
    # 0x80070005 is E_ACCESSDENIED.
    return ($Exception -is [UnauthorizedAccessException]) -or ($Exception.HResult -eq -2147024891)
}
