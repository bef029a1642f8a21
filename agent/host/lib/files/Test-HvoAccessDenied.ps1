function Test-HvoAccessDenied {
    <#
    .SYNOPSIS
        Tells whether an exception means that the account may not do it.
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
