function Stop-HvoRollout {
    <#
    .SYNOPSIS
        Ends the operation as failed: throws an exception that carries the code and the message.
    .DESCRIPTION
        Message says what happened and why. The operator adds what to do about it.
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
