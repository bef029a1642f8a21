function Write-HvoAnswerFile {
    <#
    .SYNOPSIS
        Writes an answer file for sysprep, so that Windows asks no questions at its first boot.
    .DESCRIPTION
        The built-in administrator gets a random password that nobody knows. The guest replaces it.
    .PARAMETER Prepare
        Folder with the template.
    .PARAMETER Path
        The answer file.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Prepare,
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $password = New-HvoRandomPassword
    $template = Get-HvoFileContent -Path ([System.IO.Path]::Combine($Prepare, 'unattend.xml'))
    Set-HvoFileContent -Path $Path -Content $template.Replace('{password}', $password)
}
