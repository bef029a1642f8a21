function Write-HvoAnswerFile {
    <#
    .SYNOPSIS
    Writes an answer file for sysprep that asks nothing at first boot.
    .DESCRIPTION
    The built-in administrator gets a random password that nobody knows; the guest replaces it.
    .PARAMETER Prepare
    Folder with the template.
    .PARAMETER Path
    Where to write it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Prepare,
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $random = [byte[]]::new(24)
    $generator = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $generator.GetBytes($random) }
    finally { $generator.Dispose() }
    # Its beginning satisfies every rule of complexity.
    $password = 'aA1-' + [Convert]::ToBase64String($random)
    $template = Get-HvoFileContent -Path ([System.IO.Path]::Combine($Prepare, 'unattend.xml'))
    Set-HvoFileContent -Path $Path -Content $template.Replace('{password}', $password)
}
