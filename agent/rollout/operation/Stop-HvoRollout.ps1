function Stop-HvoRollout {
    <#
    .SYNOPSIS
        Ends the operation with a code: throws an exception that carries it. Message says what happened, why, what to do.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('HostNotPrepared', 'InvalidRequest', 'UploadBroken', 'DigestMismatch', 'InUse', 'DiskFull', 'AccessDenied',
            'Internal')]
        [string] $Code,
        [Parameter(Mandatory = $true)] [string] $Message
    )
    $exception = [System.Management.Automation.RuntimeException]::new($Message)
    $exception.Data['HvoRollout'] = $Code
    throw $exception
}
