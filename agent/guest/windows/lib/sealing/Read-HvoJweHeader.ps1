function Read-HvoJweHeader {
    <#
    .SYNOPSIS
    Checks the protected header of a JWE.
    .PARAMETER Header
    The first part of the JWE.
    .PARAMETER VirtualMachineId
    This VM's id.
    .PARAMETER Kid
    Thumbprint of this VM's key.
    .OUTPUTS
    System.Collections.Hashtable: Refusal (a word, empty if the header is right) and Run.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Header,
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId,
        [Parameter(Mandatory = $true)] [string] $Kid
    )
    try {
        $bytes = ConvertFrom-HvoBase64Url -Text $Header
        $told = ConvertFrom-HvoJson -Stream ([System.IO.MemoryStream]::new($bytes))
    }
    catch [FormatException] { return @{ Refusal = 'HeaderUnreadable'; Run = '' } }
    # `zip` and `crit` would change what the rest means.
    if ($told.ContainsKey('zip') -or $told.ContainsKey('crit') -or
        -not (Test-HvoJsonString -Value $told['alg'] -Expected 'RSA-OAEP-256') -or
        -not (Test-HvoJsonString -Value $told['enc'] -Expected 'A256CBC-HS512')) {
        return @{ Refusal = 'OtherAlgorithm'; Run = '' }
    }
    if (-not (Test-HvoJsonString -Value $told['vm'] -Expected $VirtualMachineId)) {
        return @{ Refusal = 'OtherVm'; Run = '' }
    }
    if (-not (Test-HvoJsonString -Value $told['kid'] -Expected $Kid)) { return @{ Refusal = 'OtherKey'; Run = '' } }
    $run = $told['run']
    if ($run -isnot [string] -or $run -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z') { return @{ Refusal = 'NoRun'; Run = '' } }
    @{ Refusal = ''; Run = $run }
}
