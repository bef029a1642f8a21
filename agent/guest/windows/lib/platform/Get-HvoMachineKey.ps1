function Get-HvoMachineKey {
    <#
    .SYNOPSIS
        Returns the private key of a VM.
    .DESCRIPTION
        The name of the key contains the VM id, so a captured image does not find the key of the VM that it was captured
        from.
    .PARAMETER VirtualMachineId
        Id of the VM.
    .OUTPUTS
        System.Security.Cryptography.RSA, or nothing if the VM has no key.
    #>
    [CmdletBinding()]
    [OutputType([System.Security.Cryptography.RSA])]
    param(
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $provider = [System.Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
    $options = [System.Security.Cryptography.CngKeyOpenOptions]::MachineKey
    $name = "HyperVOperator.Guest.$VirtualMachineId"
    if (-not [System.Security.Cryptography.CngKey]::Exists($name, $provider, $options)) { return }
    $key = [System.Security.Cryptography.CngKey]::Open($name, $provider, $options)
    return [System.Security.Cryptography.RSACng]::new($key)
}
