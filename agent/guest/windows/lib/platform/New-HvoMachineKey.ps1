function New-HvoMachineKey {
    <#
    .SYNOPSIS
        Creates the private key of a VM and returns it.
    .DESCRIPTION
        The key is an RSA key of 3072 bits in the Windows key store. It belongs to the machine and cannot be exported.
    .PARAMETER VirtualMachineId
        Id of the VM.
    .OUTPUTS
        System.Security.Cryptography.RSA
    #>
    [CmdletBinding()]
    [OutputType([System.Security.Cryptography.RSA])]
    param(
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $parameters = [System.Security.Cryptography.CngKeyCreationParameters]::new()
    $parameters.Provider = [System.Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
    $parameters.ExportPolicy = [System.Security.Cryptography.CngExportPolicies]::None
    $parameters.KeyUsage = [System.Security.Cryptography.CngKeyUsages]::Decryption
    $options = [System.Security.Cryptography.CngKeyCreationOptions]
    $parameters.KeyCreationOptions = $options::MachineKey -bor $options::OverwriteExistingKey
    $none = [System.Security.Cryptography.CngPropertyOptions]::None
    $length = [System.Security.Cryptography.CngProperty]::new('Length', [BitConverter]::GetBytes(3072), $none)
    $parameters.Parameters.Add($length)
    $rsa = [System.Security.Cryptography.CngAlgorithm]::Rsa
    $key = [System.Security.Cryptography.CngKey]::Create($rsa, "HyperVOperator.Guest.$VirtualMachineId", $parameters)
    return [System.Security.Cryptography.RSACng]::new($key)
}
